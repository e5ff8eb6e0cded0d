"""Hidden cells: what can be proven and estimated about figures that are suppressed. Pure.

Belongs here: the network of published equations, bounds, estimates, intervals, disclosure control. Not here: reading
or storing cells.
"""
