"""What must be true of the marts, one module a subject."""

from expectations.marts import breaks, concentration, pay, screening, shares

SUITES = (*shares.SUITES, *pay.SUITES, *breaks.SUITES, *screening.SUITES, *concentration.SUITES)
