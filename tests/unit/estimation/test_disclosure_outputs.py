"""All figures of a small state, against sums by plain Python from its employers."""

import polars as pl
import pytest

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.estimation.disclosure_outputs import release_outputs
from tests.support.small_release import (
    GROUPS,
    MEASURES,
    METROPOLITAN,
    NONE_PUBLIC,
    REGIONS,
    TREE,
    Attacker,
    contributions,
    outputs,
)

OWNS = ("3", "5")


def test_every_output_is_the_sum_of_its_employers() -> None:
    """And every region, group, level and ownership with an employer is there."""
    records, released = contributions(4, OWNS), outputs(4, OWNS)
    is_in = Attacker(released, records)._is_in
    everything = list(records.iter_rows(named=True))
    for output in released.frame.iter_rows(named=True):
        own = [one for one in everything if is_in((one["area_fips"], one["own_code"], one["industry_code"]), output)]
        sums = {name: sum(one[name] for one in own) for name in ("establishments", *MEASURES)}
        assert {name: output[name] for name in sums} == sums
        assert output["employers"] == len({one["employer"] for one in own}) > 0
    regions, places = {"99001", "99003", "99005", "99000", "both", "west"}, released.frame["region"]
    assert set(places) == regions
    top = released.frame.filter(pl.col("industry_code") == "10", pl.col("region") == "99000")
    assert set(top["own_code"]) == {"0", "3", "5"}
    assert set(released.frame.filter(pl.col("region") == "both")["group_key"]) == {"green", "care"}


def test_sums_tie_every_output_but_leaves_to_its_parts() -> None:
    released = outputs(4, OWNS)
    numbered = released.frame.with_row_index("output")
    wholes = set(released.parts["whole"])
    without = numbered.filter(~pl.col("output").is_in(list(wholes)))
    assert without.filter(pl.col("group_key").is_not_null()).is_empty()
    assert without["industry_code"].str.len_chars().unique().to_list() == [6]
    assert not without["region"].is_in(["99000"]).any()


def test_public_cells_are_marked_wherever_they_are_the_same_figure() -> None:
    public = pl.DataFrame({"area_fips": ["99001"], "own_code": ["5"], "industry_code": ["11"]})
    released = outputs(4, public=public)
    marked = released.frame.filter("is_public").select("region", "own_code", "industry_code")
    assert marked.rows() == [("99001", "5", "11")]
    assert released.table().is_public.sum() == 1


def test_two_states_are_refused() -> None:
    records = contributions(4)
    both = pl.concat([records, records.with_columns(area_fips=pl.lit("98001"))])
    with pytest.raises(ValueError, match="98, 99"):
        release_outputs(both, TREE, REGIONS, GROUPS, NONE_PUBLIC, PrimaryRules())


def test_an_industry_outside_the_tree_is_named() -> None:
    records = contributions(4).with_columns(industry_code=pl.lit("999999"))
    with pytest.raises(ValueError, match="999999"):
        release_outputs(records, TREE, REGIONS, GROUPS, NONE_PUBLIC, PrimaryRules())


def test_a_region_of_one_county_is_the_county() -> None:
    """Or its totals would leave untied to any sum, and tell what the county's hide."""
    regions = pl.concat([REGIONS, pl.DataFrame({"region": ["alone"], "area_fips": ["99001"]})])
    released = release_outputs(contributions(4), TREE, regions, GROUPS, NONE_PUBLIC, PrimaryRules())
    table = released.table()
    numbered = released.frame.with_columns(figure=pl.Series(table.figure)).filter(pl.col("group_key").is_not_null())
    figures = {region: numbered.filter(region=region)["figure"].to_list() for region in ("alone", "99001")}
    assert figures["alone"] == figures["99001"] != []


def test_public_cells_of_a_metropolitan_area_tie_its_counties_and_do_not_leave() -> None:
    records = contributions(4)
    cells = records.filter(pl.col("area_fips") != "99005").select("industry_code").unique().sort("industry_code")
    public = cells.head(2).select(area_fips=pl.lit("C9999"), own_code=pl.lit("5"), industry_code="industry_code")
    released = release_outputs(records, TREE, REGIONS, GROUPS, public, PrimaryRules(), METROPOLITAN)
    of_area = released.frame.with_row_index("output").filter(region="C9999")
    assert of_area["industry_code"].to_list() == cells["industry_code"].to_list()[:2]
    assert of_area.select("is_public", "is_output").unique().rows() == [(True, False)]
    for number, industry in of_area.select("output", "industry_code").iter_rows():
        parts = released.parts.filter(whole=number)["part"]
        assert set(released.frame[parts]["region"]) <= {"99001", "99003"}
        assert set(released.frame[parts]["industry_code"]) == {industry}
    assert released.frame.filter("is_output").drop("is_public").equals(outputs(4).frame.drop("is_public"))
