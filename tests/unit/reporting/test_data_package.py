"""The descriptor says of every file what it holds, in the words of the standard."""

import json
from dataclasses import replace

from frictionless import Package

from pipelines.reporting.data_package import (
    FieldFacts,
    FileFacts,
    PackageFacts,
    TableFacts,
    bundle_readme,
    code_words,
    descriptor,
    descriptor_text,
    readme,
)

SOURCE = {
    "capture_sha256": "ab" * 32,
    "file_name": "2016.zip",
    "address": None,
    "publisher": "U.S. Bureau of Labor Statistics, QCEW",
    "bytes": 12,
    "published_at": "2017-09-06T10:00:00.000000+00:00",
    "retrieved_at": "2026-03-02T00:00:00.000000+00:00",
    "periods": "2016-Q1 to 2016-Q4",
    "areas": "46 areas",
}
PACKAGE = PackageFacts(
    created="2026-03-02T00:00:00.000000+00:00",
    is_synthetic=False,
    data_origin="U.S. Bureau of Labor Statistics, QCEW",
    first_year=2016,
    last_year=2016,
    sources=[SOURCE],
    code={"version": "0.1.0", "commit": "c" * 40, "is_changed": True},
    duckdb="1.5.5",
)
SAMPLE = replace(PACKAGE, is_synthetic=True, data_origin="SYNTHETIC SAMPLE", last_year=2017)
TABLE = TableFacts(
    name="marts.sector_measures",
    description="One row a </script>.",
    key=("region",),
    fields=(
        FieldFacts("region", "VARCHAR", "Key of the region.", is_nullable=False),
        FieldFacts("known", "DOUBLE", "At least this.", is_nullable=True, unit="that of `measure`"),
        FieldFacts("measure", "VARCHAR", "What is counted.", is_nullable=True),
        FieldFacts("captures", "VARCHAR[]", "Input files.", is_nullable=False),
        FieldFacts("is_final", "BOOLEAN", "Whether it is.", is_nullable=False),
        FieldFacts("day", "DATE", "Its day.", is_nullable=True),
        FieldFacts("year", "SMALLINT", "Calendar year.", is_nullable=False),
    ),
    rows=3,
    csv=FileFacts("csv/marts.sector_measures.csv.gz", 10, "1" * 64, guarded_texts=2),
    parquet=FileFacts("parquet/marts.sector_measures.parquet", 20, "2" * 64),
)


def test_the_descriptor_is_a_data_package() -> None:
    package = Package.from_descriptor(json.loads(descriptor_text(PACKAGE, [TABLE])))
    assert package.resource_names == ["marts.sector_measures", "marts.sector_measures.parquet"]
    assert [(one.path, one.bytes, one.hash) for one in package.resources] == [
        (TABLE.csv.path, 10, f"sha256:{'1' * 64}"),
        (TABLE.parquet.path, 20, f"sha256:{'2' * 64}"),
    ]
    assert package.created == PACKAGE.created


def test_columns_have_types_units_meanings_and_say_whether_they_may_be_empty() -> None:
    csv, parquet = descriptor(PACKAGE, [TABLE])["resources"]
    assert csv["schema"] == parquet["schema"]
    assert csv["schema"]["primaryKey"] == ["region"]
    assert csv["schema"]["missingValues"] == [""]
    fields = {field["name"]: field for field in csv["schema"]["fields"]}
    types = ["string", "number", "string", "array", "boolean", "date", "integer"]
    assert [field["type"] for field in fields.values()] == types
    assert fields["known"]["unit"] == "that of `measure`"
    assert fields["known"]["description"] == "At least this."
    required = [name for name, field in fields.items() if field.get("constraints") == {"required": True}]
    assert required == ["region", "captures", "is_final", "year"]
    assert [name for name, field in fields.items() if "missingValues" in field] == ["region"]


def test_a_packed_csv_says_so_and_how_many_texts_are_guarded() -> None:
    csv, _ = descriptor(PACKAGE, [TABLE])["resources"]
    assert (csv["compression"], csv["guarded_texts"], csv["mediatype"]) == ("gz", 2, "text/csv")
    plain = replace(TABLE, csv=replace(TABLE.csv, path="csv/a.csv"))
    assert "compression" not in descriptor(PACKAGE, [plain])["resources"][0]


def test_sources_are_files_by_hash_with_publisher_and_dates() -> None:
    on_the_web = {**SOURCE, "address": "https://data.bls.gov/cew/2016.zip"}
    first, second = descriptor(replace(PACKAGE, sources=[SOURCE, on_the_web]), [])["sources"]
    assert first["hash"] == f"sha256:{'ab' * 32}"
    assert first["title"] == "2016.zip (U.S. Bureau of Labor Statistics, QCEW)"
    assert first["published_at"] == SOURCE["published_at"]
    assert "path" not in first
    assert second["path"] == "https://data.bls.gov/cew/2016.zip"


def test_licences_are_those_of_data_and_code() -> None:
    assert [one["name"] for one in descriptor(PACKAGE, [])["licenses"]] == ["other-pd", "Apache-2.0"]


def test_the_sample_is_marked_wherever_somebody_looks() -> None:
    made = descriptor(SAMPLE, [TABLE])
    for text in (made["title"], made["description"], readme(SAMPLE, [TABLE]), bundle_readme(SAMPLE, 4, 70)):
        assert text.startswith("SYNTHETIC SAMPLE")
    assert made["name"] == "target-sectors-synthetic-sample"
    assert "SYNTHETIC" not in descriptor_text(PACKAGE, [TABLE])


def test_the_title_says_which_years() -> None:
    assert PACKAGE.title.endswith(", 2016")
    assert SAMPLE.title.endswith(", 2016 to 2017")
    assert replace(PACKAGE, first_year=None, last_year=None).title.endswith(", no figures yet")


def test_the_readme_names_tables_rows_and_code() -> None:
    text = readme(PACKAGE, [TABLE])
    assert "marts.sector_measures          3 rows  One row a </script>." in text
    assert f"commit {'c' * 40}, with changes that are not committed" in text
    assert code_words({"version": "0.1.0", "commit": None, "is_changed": False}) == "version 0.1.0"
