"""The workbook of a region: every figure as a typed cell, with its range, its status in words and where it is from.

book writes one; sheets says which columns of which table stand on which sheet, words what keys mean, cells how a value
becomes a cell, notes and charts what is not a table. Frames in, one file out; no database is known here.
"""
