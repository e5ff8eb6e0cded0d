"""The settings of one run: the environment's, but for what the run was told."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.run_settings import settings_of_run
from pipelines.settings import Settings

GIVEN = replace(Settings(), data_dir=Path("elsewhere"), contact_email="ann@board.example", since=2018)


def settings_with(config: Mapping[str, object] | None) -> Settings:
    """What an asset gets in a run with this config."""
    got: list[Settings] = []

    @dg.asset
    def reader(settings: dg.ResourceParam[Settings]) -> None:
        got.append(settings)

    run_config = {} if config is None else {"resources": {"settings": {"config": dict(config)}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [reader], resources={"settings": settings_of_run(GIVEN)}, run_config=run_config, instance=instance
        )
    assert result.success
    return got[0]


@pytest.mark.parametrize("config", [None, {}])
def test_a_run_that_is_told_nothing_has_the_settings_of_the_environment(config: dict[str, object] | None) -> None:
    assert settings_with(config) == GIVEN


@pytest.mark.parametrize(
    "config",
    [
        {"source": "qualityinfo"},
        {"since": 2001},
        {"asks_final_files": True},
        {"source": "bls", "since": 1990, "asks_final_files": True},
    ],
)
def test_a_run_has_what_it_is_told_and_all_else_from_the_environment(config: dict[str, object]) -> None:
    assert settings_with(config) == replace(GIVEN, **config)


@pytest.mark.parametrize(
    "config",
    [
        {"source": "BLS"},
        {"since": "2001"},
        {"contact_email": "eve@board.example"},
        {"data_dir": "x"},
        {"as_of": "2026"},
    ],
)
def test_a_run_cannot_be_told_anything_else(config: dict[str, object]) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        settings_with(config)
