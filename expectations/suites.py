"""Every suite by the name of its table."""

from collections.abc import Mapping

from expectations import core, estimates, marts, raw, reference, releases
from expectations.vocabulary import TableSuite

BY_TABLE: Mapping[str, TableSuite] = {
    suite.table: suite for layer in (raw, reference, core, releases, estimates, marts) for suite in layer.SUITES
}
