"""How a number is made: from the files of the Quarterly Census of Employment and Wages to shares of target sectors.

    domain         labor statistics; pure; knows no file, database or Dagster
    sources        one module a source: capture it, read it into the canonical cell schema, reject bad rows
    estimation     hidden cells: bounds, estimates, intervals, disclosure
    warehouse      DuckDB: contracts, SQL models, publication
    reporting      pure: frame in, chart, page, sheet or text out
    orchestration  Dagster glue: resources, factories, jobs, schedules, sensors
    settings       what a run may be told from outside
    definitions    composition root, the only module that imports assets
    cli            the `sectors` command

Imports run one way: domain <- sources, estimation, warehouse, reporting <- expectations <- orchestration <- assets
<- definitions <- cli. The four in the middle do not import each other. tests/architecture keeps it so.
"""
