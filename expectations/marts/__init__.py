"""What must be true of the marts, one module a subject."""

from expectations.marts import breaks, pay, screening, shares

SUITES = (*shares.SUITES, *pay.SUITES, *breaks.SUITES, *screening.SUITES)
