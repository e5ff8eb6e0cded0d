"""Where data come from: one module a source, each captures it, recognises it and reads it into frames.

A reader refuses what it cannot read by name and reason, and never turns bad input into a number. What the numbers
mean belongs to `pipelines.domain`; what becomes of them belongs to the layers after.
"""
