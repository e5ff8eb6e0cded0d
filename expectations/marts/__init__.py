"""What must be true of the marts, one module a subject."""

from expectations.marts import breaks, concentration, months, pay, screening, shares, trends

SUITES = (
    *shares.SUITES,
    *pay.SUITES,
    *trends.SUITES,
    *breaks.SUITES,
    *screening.SUITES,
    *concentration.SUITES,
    *months.SUITES,
)
