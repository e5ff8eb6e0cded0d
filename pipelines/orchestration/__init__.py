"""Dagster glue: metadata from contracts, factories of assets and checks, the job, its schedule and sensor.

Belongs here: what binds pure code to Dagster. Not here: what a figure means, or how it is computed.
"""
