"""The dashboard: a folder of pages that opens from disk and from any web server, and loads nothing from a network.

Belongs here: frames in, pages, charts, pictures and data files out. Not here: queries (sql/reports/site_*.sql) and the
glue that runs them (orchestration.sites).

theme        colours and lines, once, for charts and pages
sentences    figures in plain words, with their uncertainty: patterns that the pages fill in the same way
rows         what a chart and its table show, from rows of the marts
charts       one function a kind of chart, with named data
figures      every figure of the pages: its chart, the columns of its table, the query that gives it
site_data    the data files that a page loads on demand
pictures     charts as SVG and PNG, for slides
pages        all of it, written to a folder
"""
