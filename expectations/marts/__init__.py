"""What must be true of the marts, one module a subject."""

from expectations.marts import pay, shares

SUITES = (*shares.SUITES, *pay.SUITES)
