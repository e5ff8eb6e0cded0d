"""What must be true of the raw layer: captures are whole and named, rows carry codes that QCEW knows."""

from expectations.vocabulary import (
    TableSuite,
    column_between,
    column_in_set,
    column_matches,
    column_not_null,
    no_rows,
    row_count_between,
)
from pipelines.domain import qcew_codes
from pipelines.warehouse.sql_models import load_model

_SHA256 = r"[0-9a-f]{64}"

_CODES = (
    column_in_set(
        "publisher",
        ["bls", "qualityinfo", "establishments", "release"],
        meaning="A cell is read by one of the readers there are.",
    ),
    column_matches("area_fips", qcew_codes.AREA_PATTERN, meaning="Area codes have one of BLS's forms."),
    column_in_set("own_code", qcew_codes.OWNERSHIP_CODES, meaning="Ownership is one of BLS's codes."),
    column_in_set("agglvl_code", qcew_codes.AGGREGATION_LEVEL_CODES, meaning="Levels are BLS's aggregation levels."),
    column_in_set("size_code", qcew_codes.SIZE_CODES, meaning="Size classes run from 0, all sizes, to 9."),
    column_in_set("disclosure", qcew_codes.DISCLOSURES, meaning="Disclosure has three states."),
    column_between("year", 1990, 2100, meaning="QCEW begins with 1990 in its present form."),
    column_between("establishments", 0, meaning="Nobody counts fewer than no establishments."),
    column_between("wages_usd", 0, meaning="Wages are not negative."),
)

SUITES = (
    TableSuite(
        "raw.captures",
        (
            row_count_between(1, meaning="Nothing can be built from nothing."),
            column_matches("capture_sha256", _SHA256, meaning="A capture is named by the SHA-256 of its bytes."),
            column_between("bytes", 1, meaning="An empty file holds no figures."),
            column_in_set(
                "container",
                ["csv", "csv.gz", "zip", "xlsx", "fixed", "parquet"],
                meaning="Containers are told by content.",
            ),
            *(
                column_matches(
                    name,
                    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00",
                    meaning="Times are UTC and of one form, so that their order is that of their texts.",
                )
                for name in ("retrieved_at", "published_at", "last_seen_at")
            ),
        ),
    ),
    TableSuite(
        "raw.refused_files",
        (
            row_count_between(
                0, 0, meaning="A refused file is missing from every figure: see its reason.", severity="warning"
            ),
        ),
    ),
    TableSuite(
        "raw.web_files",
        (
            column_in_set(
                "outcome",
                ["captured", "unchanged", "older", "missing", "failed", "refused"],
                meaning="An answer is one of six.",
            ),
            no_rows(
                "web_files_not_renewed",
                load_model("checks.web_files_not_renewed").sql,
                meaning="A file that could not be renewed is as old as its last good capture: see its reason.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "raw.rejected_rows",
        (
            row_count_between(
                0, 0, meaning="A rejected row is missing from every figure: see its rule and text.", severity="warning"
            ),
            column_between("line_number", 1, meaning="A rejected row has a place in its file."),
        ),
    ),
    TableSuite(
        "raw.titles",
        (column_in_set("title_kind", ["area_titles", "industry_titles"], meaning="Two kinds of title file are read."),),
    ),
    TableSuite(
        "raw.quarterly_cells",
        (
            *_CODES,
            column_between("quarter", 1, 4, meaning="A year has four quarters."),
            no_rows(
                "suppressed_without_values",
                "SELECT * FROM raw.quarterly_cells WHERE disclosure = 'suppressed' AND "
                "coalesce(month1_employment, month2_employment, month3_employment, wages_usd) IS NOT NULL ORDER BY ALL",
                meaning="What is suppressed is unknown, never a number.",
            ),
            no_rows(
                "captures_contradict_themselves",
                load_model("checks.captures_contradict_themselves").sql,
                meaning="One file does not state two different figures for one cell.",
            ),
        ),
    ),
    TableSuite(
        "raw.annual_cells",
        (
            *_CODES,
            no_rows(
                "suppressed_without_values",
                "SELECT * FROM raw.annual_cells WHERE disclosure = 'suppressed' AND "
                "coalesce(average_employment, wages_usd) IS NOT NULL ORDER BY ALL",
                meaning="What is suppressed is unknown, never a number.",
            ),
            no_rows(
                "annual_captures_contradict_themselves",
                load_model("checks.annual_captures_contradict_themselves").sql,
                meaning="One file does not state two different figures for one cell.",
            ),
            column_not_null("line_number", meaning="Every cell can be traced to a line."),
        ),
    ),
)
