"""Contracts of the raw layer: files as received, in their sources' own words."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Caution, Column, Table

_ESTABLISHMENTS = Column("establishments", "BIGINT", "Establishments; published on suppressed rows too.")
_KEYS = (
    *shared("area_fips", "own_code", "industry_code"),
    Column("agglvl_code", "VARCHAR", "BLS aggregation level: geography in the first digit, industry in the last."),
    Column("size_code", "VARCHAR", "Size class; 0 all sizes. Rows of other sizes must not be summed with it."),
    *shared("year"),
)
MONEY = (
    Column("wages_usd", "BIGINT", "Total wages, US dollars; null where suppressed.", True),
    Column("taxable_wages_usd", "BIGINT", "Wages subject to contributions, US dollars; null where suppressed.", True),
    Column("contributions_usd", "BIGINT", "Unemployment insurance contributions, US dollars.", True),
    Column("average_weekly_wage_usd", "BIGINT", "Average weekly wage as published, US dollars.", True),
)
MONTHS = tuple(
    Column(f"month{month}_employment", "BIGINT", f"Jobs in month {month} of the quarter; null where suppressed.", True)
    for month in (1, 2, 3)
)
_MEASURES = (
    "establishments", "month1_employment", "month2_employment", "month3_employment",
    "wages", "taxable_wages", "contributions", "average_weekly_wage",
)  # fmt: skip
LOCATION_QUOTIENTS = (
    Column("lq_disclosure", "VARCHAR", "Disclosure of the location quotients."),
    *(
        Column(f"lq_{name}", "DOUBLE", f"BLS's location quotient of {name.replace('_', ' ')}, two decimals.", True)
        for name in _MEASURES
    ),
)
_CHANGES = [
    f"oty_{name}_change{'_usd' if 'wage' in name or name == 'contributions' else ''}" for name in _MEASURES
]  # fmt: skip
OVER_THE_YEAR = (
    Column("oty_disclosure", "VARCHAR", "Disclosure of the changes over the year."),
    *(Column(name, "BIGINT", "Change against the same quarter a year before.", True) for name in _CHANGES),
)
_ORIGIN = shared("member", "line_number")

CAPTURES = Table(
    "raw.captures",
    "One row a captured input file that this warehouse may use.",
    ("capture_sha256",),
    (
        Column("vintage_order", "BIGINT", "1 for the oldest content; a later one supersedes what it covers."),
        *shared("capture_sha256"),
        Column(
            "source",
            "VARCHAR",
            "The way in: sample, files, bls or qualityinfo (both over HTTP), establishments or release.",
        ),
        *shared("address"),
        Column("file_name", "VARCHAR", "Name of the file as received."),
        Column(
            "container",
            "VARCHAR",
            "By content: csv, csv.gz, zip or xlsx; of establishment records csv, fixed or parquet, as releases are.",
        ),
        Column("bytes", "BIGINT", "Size of the file."),
        Column("retrieved_at", "VARCHAR", "When it was first captured, UTC, ISO 8601."),
        Column("published_at", "VARCHAR", "When its content was published, as far as that is known, UTC, ISO 8601."),
        Column(
            "last_seen_at",
            "VARCHAR",
            "When the content was last seen at its publisher, the order of vintages; of a file taken in by hand, when "
            "it was published.",
        ),
        Column("periods", "VARCHAR", "Periods the file holds."),
        Column("areas", "VARCHAR", "The one area the file holds, or how many."),
        Column("etag", "VARCHAR", "HTTP ETag, where the file came over HTTP.", True),
        Column("last_modified", "VARCHAR", "HTTP Last-Modified, where the file came over HTTP.", True),
    ),
)
REFUSED_FILES = Table(
    "raw.refused_files",
    "One row a file, or a table inside a captured file, that was refused; nothing is built from it.",
    ("address", "member", "reason"),
    (*shared("address", "member"), Column("reason", "VARCHAR", "Why, and what to do.")),
)
WEB_FILES = Table(
    "raw.web_files",
    "One row an internet address that was ever asked for a file, with its last answer and what is in hand of it.",
    ("address",),
    (
        *shared("address"),
        Column("source", "VARCHAR", "bls or qualityinfo."),
        *shared("period"),
        Column("area_fips", "VARCHAR", "The one area of the file; null where it holds all.", True),
        Column("outcome", "VARCHAR", "captured, unchanged, older (than what is in hand), missing, failed or refused."),
        Column("checked_at", "VARCHAR", "When it was last asked, UTC, ISO 8601."),
        Column("reason", "VARCHAR", "Why it gave nothing that can be used, or only a part.", True),
        Column("failing_since", "VARCHAR", "The first answer without use since the last good one.", True),
        Column("capture_sha256", "VARCHAR", "The content in hand; null where it never gave any.", True),
        Column("first_captured_at", "VARCHAR", "When it first gave content.", True),
        Column("content_since", "VARCHAR", "When the content in hand was captured.", True),
        Column("content_checked_at", "VARCHAR", "When the content in hand was last known to be the present one.", True),
        Column("published_at", "VARCHAR", "When the content in hand was published, as far as that is known.", True),
        Column("etag", "VARCHAR", "HTTP ETag of the content in hand.", True),
        Column("last_modified", "VARCHAR", "HTTP Last-Modified of the content in hand.", True),
    ),
)
REJECTED_ROWS = Table(
    "raw.rejected_rows",
    "One row a line of a captured file that broke a rule; it is in no other table.",
    ("capture_sha256", "member", "line_number"),
    (
        *shared("capture_sha256", "member", "line_number"),
        Column("rule", "VARCHAR", "The first rule the line breaks."),
        Column("text", "VARCHAR", "The line as received."),
    ),
)
TITLES = Table(
    "raw.titles",
    "One row a code of a captured BLS title file.",
    ("capture_sha256", "member", "code"),
    (
        *shared("capture_sha256", "member"),
        Column("title_kind", "VARCHAR", "area_titles or industry_titles."),
        Column("code", "VARCHAR", "Area or industry code."),
        Column("title", "VARCHAR", "BLS's title."),
    ),
)
_PUBLISHER = (
    *shared("capture_sha256"),
    Column("publisher", "VARCHAR", "bls, qualityinfo, establishments or release, by the file's layout."),
)
_AVERAGE = Column("average_employment", "BIGINT", "Average jobs, from sources that publish no months.", True)
QUARTERLY_CELLS = Table(
    "raw.quarterly_cells",
    "One row a line of a quarterly file, typed; every capture and vintage beside the others.",
    (),
    (
        *_PUBLISHER,
        *_KEYS,
        *shared("quarter", "disclosure"),
        _ESTABLISHMENTS,
        *MONTHS,
        *MONEY,
        *LOCATION_QUOTIENTS,
        *OVER_THE_YEAR,
        _AVERAGE,
        *_ORIGIN,
    ),
    cautions=(Caution.PLAIN_ROWS,),
    is_view=True,
    is_published=False,
)
ANNUAL_CELLS = Table(
    "raw.annual_cells",
    "One row a line of an annual file, typed; every capture and vintage beside the others.",
    (),
    (
        *_PUBLISHER,
        *_KEYS,
        *shared("disclosure"),
        _ESTABLISHMENTS,
        Column("average_employment", "BIGINT", "Average jobs of the year, rounded by the publisher.", True),
        *MONEY,
        Column("average_annual_pay_usd", "BIGINT", "Average annual pay as published, US dollars.", True),
        *_ORIGIN,
    ),
    cautions=(Caution.PLAIN_ROWS,),
    is_view=True,
    is_published=False,
)

TABLES = (CAPTURES, REFUSED_FILES, WEB_FILES, REJECTED_ROWS, TITLES, QUARTERLY_CELLS, ANNUAL_CELLS)
