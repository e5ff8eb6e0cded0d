"""The figures the synthetic sample economy is drawn to.

Belongs here: sizes of Oregon's areas, the industry and ownership mix, a few giant plants, seasons, regional tilts.
Not here: how an economy is drawn from them (sample_economy).

Source of COUNTIES, PRIVATE_INDUSTRIES and GOVERNMENT_INDUSTRIES: BLS, QCEW 2016, published totals of Oregon's areas and
statewide rows, means of quarters and months, rounded except for the three reference counties, whose businesses, jobs
and wages are exact. Industries that NAICS 2022 rearranged (retail, information) are carried over by judgement.
Everything else is an assumption, made to look like Oregon and not to be quoted.
"""

from typing import NamedTuple

STATE_FIPS = "41"
STATEWIDE = "41000"
UNKNOWN_COUNTY = "41999"


class AreaSize(NamedTuple):
    """An area's private sector in one year: mean establishments, mean monthly jobs, wages per job in dollars."""

    establishments: int
    jobs: int
    pay_usd: float


class IndustrySize(NamedTuple):
    """An industry statewide: establishments, jobs per establishment, wages per job and year in dollars."""

    establishments: int
    jobs_per_establishment: float
    pay_usd: int


class Giant(NamedTuple):
    """One plant or campus that no distribution would draw."""

    area_fips: str
    industry_code: str
    jobs: int
    pay_usd: int


COUNTIES: dict[str, AreaSize] = {
    "41001": AreaSize(600, 4_210, 33_100),
    "41003": AreaSize(2_540, 27_000, 45_900),
    "41005": AreaSize(13_860, 140_824, 6_991_381_221 / 140_824),
    "41007": AreaSize(1_540, 15_300, 34_700),
    "41009": AreaSize(1_160, 8_820, 36_000),
    "41011": AreaSize(1_770, 16_500, 34_300),
    "41013": AreaSize(600, 4_760, 44_300),
    "41015": AreaSize(770, 5_200, 31_800),
    "41017": AreaSize(7_560, 67_200, 41_100),
    "41019": AreaSize(2_910, 29_500, 37_400),
    "41021": AreaSize(91, 530, 42_600),
    "41023": AreaSize(260, 1_400, 30_500),
    "41025": AreaSize(240, 1_400, 27_500),
    "41027": AreaSize(1_250, 11_900, 35_900),
    "41029": AreaSize(6_850, 73_300, 39_400),
    "41031": AreaSize(490, 4_230, 33_900),
    "41033": AreaSize(2_340, 22_100, 34_200),
    "41035": AreaSize(1_780, 17_700, 34_800),
    "41037": AreaSize(260, 1_380, 30_500),
    "41039": AreaSize(11_300, 125_500, 40_100),
    "41041": AreaSize(1_720, 14_000, 32_800),
    "41043": AreaSize(3_200, 37_600, 41_200),
    "41045": AreaSize(910, 9_620, 30_100),
    "41047": AreaSize(9_640, 112_400, 39_200),
    "41049": AreaSize(290, 4_750, 53_100),
    "41051": AreaSize(32_489, 416_708, 22_522_649_523 / 416_708),
    "41053": AreaSize(1_790, 14_200, 32_700),
    "41055": AreaSize(78, 530, 39_400),
    "41057": AreaSize(870, 7_440, 35_300),
    "41059": AreaSize(2_000, 23_200, 35_000),
    "41061": AreaSize(880, 7_810, 35_000),
    "41063": AreaSize(400, 1_860, 30_900),
    "41065": AreaSize(920, 9_930, 35_500),
    "41067": AreaSize(18_146, 260_165, 17_458_548_850 / 260_165),
    "41069": AreaSize(43, 170, 26_600),
    "41071": AreaSize(2_980, 29_700, 38_700),
    UNKNOWN_COUNTY: AreaSize(5_240, 23_900, 70_700),
}
"""Private sector by area, 2016: the 36 counties, and establishments whose county is unknown or that serve the state."""

PRIVATE_INDUSTRIES: dict[str, IndustrySize] = {
    "111": IndustrySize(1_980, 13.4, 30_300),
    "112": IndustrySize(490, 7.8, 34_200),
    "113": IndustrySize(680, 9.3, 51_800),
    "114": IndustrySize(140, 2.1, 62_500),
    "115": IndustrySize(750, 16.1, 30_300),
    "211": IndustrySize(2, 3.0, 60_000),
    "212": IndustrySize(120, 13.7, 55_900),
    "213": IndustrySize(12, 6.0, 60_000),
    "221": IndustrySize(240, 18.9, 95_300),
    "236": IndustrySize(4_550, 5.2, 55_300),
    "237": IndustrySize(800, 11.6, 69_000),
    "238": IndustrySize(7_210, 7.9, 54_000),
    "311": IndustrySize(790, 36.8, 40_400),
    "312": IndustrySize(470, 12.7, 36_000),
    "313": IndustrySize(13, 8.9, 30_900),
    "314": IndustrySize(100, 10.5, 32_400),
    "315": IndustrySize(64, 13.5, 36_400),
    "316": IndustrySize(37, 13.6, 40_100),
    "321": IndustrySize(430, 52.2, 48_000),
    "322": IndustrySize(53, 79.9, 70_800),
    "323": IndustrySize(390, 12.7, 44_900),
    "324": IndustrySize(18, 28.7, 73_200),
    "325": IndustrySize(220, 17.9, 61_200),
    "326": IndustrySize(170, 32.4, 48_200),
    "327": IndustrySize(240, 21.1, 51_300),
    "331": IndustrySize(62, 131.9, 70_600),
    "332": IndustrySize(900, 17.8, 51_200),
    "333": IndustrySize(360, 34.5, 67_700),
    "334": IndustrySize(260, 45.0, 83_000),
    "334413": IndustrySize(85, 70.0, 110_000),
    "335": IndustrySize(90, 27.1, 60_300),
    "336": IndustrySize(250, 48.5, 59_200),
    "337": IndustrySize(400, 14.6, 45_100),
    "339": IndustrySize(600, 13.6, 48_500),
    "423": IndustrySize(2_610, 12.7, 66_700),
    "424": IndustrySize(1_410, 19.9, 55_300),
    "425": IndustrySize(5_050, 2.8, 92_200),
    "441": IndustrySize(1_550, 16.6, 48_300),
    "444": IndustrySize(1_010, 16.0, 31_700),
    "445": IndustrySize(2_230, 19.1, 24_500),
    "449": IndustrySize(1_500, 8.8, 37_000),
    "455": IndustrySize(530, 80.5, 25_900),
    "456": IndustrySize(890, 9.8, 36_600),
    "457": IndustrySize(1_000, 12.0, 22_000),
    "458": IndustrySize(1_500, 10.7, 22_000),
    "459": IndustrySize(3_200, 8.4, 25_000),
    "481": IndustrySize(86, 48.7, 64_300),
    "482": IndustrySize(3, 40.0, 80_000),
    "483": IndustrySize(18, 23.9, 105_600),
    "484": IndustrySize(1_600, 11.7, 49_000),
    "485": IndustrySize(290, 19.0, 24_600),
    "486": IndustrySize(12, 12.0, 90_000),
    "487": IndustrySize(40, 8.3, 26_100),
    "488": IndustrySize(660, 11.9, 46_300),
    "491": IndustrySize(38, 4.9, 28_600),
    "492": IndustrySize(270, 31.2, 38_600),
    "493": IndustrySize(230, 33.7, 45_100),
    "512": IndustrySize(450, 10.7, 36_200),
    "513": IndustrySize(1_540, 9.4, 87_700),
    "516": IndustrySize(200, 17.0, 58_000),
    "517": IndustrySize(420, 13.8, 67_300),
    "518": IndustrySize(450, 10.0, 100_000),
    "519": IndustrySize(190, 6.0, 60_000),
    "521": IndustrySize(3, 6.3, 123_100),
    "522": IndustrySize(2_210, 11.9, 67_900),
    "523": IndustrySize(1_430, 3.9, 124_000),
    "524": IndustrySize(2_480, 9.7, 76_600),
    "525": IndustrySize(43, 0.3, 195_000),
    "531": IndustrySize(5_390, 3.8, 42_000),
    "532": IndustrySize(610, 8.2, 37_400),
    "533": IndustrySize(60, 4.8, 63_200),
    "541": IndustrySize(15_640, 5.9, 74_400),
    "551": IndustrySize(1_250, 28.0, 105_000),
    "561": IndustrySize(6_620, 14.4, 33_800),
    "562": IndustrySize(370, 14.3, 50_300),
    "611": IndustrySize(1_980, 15.1, 36_400),
    "621": IndustrySize(7_630, 11.3, 64_100),
    "622": IndustrySize(8, 138.0, 61_000),
    "622110": IndustrySize(60, 941.0, 67_600),
    "623": IndustrySize(2_620, 18.9, 27_900),
    "624": IndustrySize(1_480, 17.4, 28_000),
    "624410": IndustrySize(1_230, 9.3, 20_800),
    "711": IndustrySize(640, 8.0, 53_000),
    "712": IndustrySize(120, 14.6, 28_900),
    "713": IndustrySize(1_150, 16.2, 18_200),
    "721": IndustrySize(1_330, 18.0, 23_200),
    "722": IndustrySize(9_880, 15.2, 18_700),
    "811": IndustrySize(3_060, 5.7, 46_700),
    "812": IndustrySize(2_320, 6.2, 25_200),
    "813": IndustrySize(5_420, 5.8, 30_500),
    "814": IndustrySize(12_040, 1.2, 15_200),
    "999": IndustrySize(680, 0.6, 61_300),
}
"""By code prefix; a longer prefix takes its six-digit codes out of the shorter one."""

FEDERAL, STATE, LOCAL, PRIVATE = "1", "2", "3", "5"

GOVERNMENT_INDUSTRIES: dict[str, dict[str, IndustrySize]] = {
    FEDERAL: {
        "491110": IndustrySize(374, 18.2, 56_300),
        "924120": IndustrySize(79, 37.0, 74_900),
        "113110": IndustrySize(68, 46.3, 63_500),
        "926140": IndustrySize(57, 9.5, 67_300),
        "923130": IndustrySize(22, 19.0, 74_600),
        "926120": IndustrySize(22, 42.0, 60_100),
        "921190": IndustrySize(22, 8.5, 78_800),
        "928110": IndustrySize(21, 63.3, 61_200),
        "922120": IndustrySize(20, 23.0, 102_800),
        "221111": IndustrySize(19, 66.5, 103_600),
        "926110": IndustrySize(19, 6.0, 44_000),
        "541330": IndustrySize(16, 99.4, 88_100),
        "922190": IndustrySize(14, 5.7, 85_900),
        "923120": IndustrySize(12, 18.0, 65_400),
        "621498": IndustrySize(11, 56.3, 78_100),
        "522292": IndustrySize(6, 7.8, 72_500),
        "712190": IndustrySize(8, 19.8, 53_400),
        "622110": IndustrySize(3, 1_256.0, 83_000),
    },
    STATE: {
        "237310": IndustrySize(108, 32.1, 61_300),
        "624190": IndustrySize(102, 43.4, 48_100),
        "923130": IndustrySize(98, 55.5, 57_000),
        "924120": IndustrySize(82, 21.0, 54_900),
        "926120": IndustrySize(54, 21.7, 60_300),
        "926150": IndustrySize(53, 36.9, 59_500),
        "922140": IndustrySize(48, 113.6, 65_600),
        "922110": IndustrySize(48, 34.6, 52_600),
        "922120": IndustrySize(45, 27.7, 76_700),
        "712190": IndustrySize(44, 6.5, 37_000),
        "112511": IndustrySize(40, 2.6, 47_300),
        "926110": IndustrySize(33, 23.3, 70_100),
        "922130": IndustrySize(22, 63.5, 64_700),
        "561720": IndustrySize(17, 15.0, 35_000),
        "924110": IndustrySize(16, 49.9, 64_200),
        "926140": IndustrySize(15, 30.0, 60_000),
        "921130": IndustrySize(13, 85.3, 58_000),
        "921190": IndustrySize(12, 97.3, 68_600),
        "928110": IndustrySize(12, 32.1, 56_400),
        "623210": IndustrySize(7, 25.7, 45_700),
        "622210": IndustrySize(6, 250.0, 62_000),
        "611310": IndustrySize(4, 40.0, 47_100),
    },
    LOCAL: {
        "611110": IndustrySize(1_399, 48.5, 43_200),
        "922160": IndustrySize(256, 16.1, 81_000),
        "921140": IndustrySize(246, 71.3, 57_100),
        "221310": IndustrySize(152, 10.6, 58_100),
        "519210": IndustrySize(93, 19.7, 35_100),
        "713940": IndustrySize(75, 36.6, 13_700),
        "922120": IndustrySize(64, 60.6, 81_900),
        "485410": IndustrySize(59, 45.8, 28_500),
        "237310": IndustrySize(48, 33.0, 57_200),
        "924120": IndustrySize(48, 14.5, 39_300),
        "921190": IndustrySize(46, 68.8, 60_400),
        "812220": IndustrySize(45, 2.0, 12_900),
        "624120": IndustrySize(44, 17.1, 44_000),
        "611210": IndustrySize(40, 334.5, 35_500),
        "236220": IndustrySize(35, 19.0, 60_000),
        "221320": IndustrySize(34, 18.0, 69_000),
        "624190": IndustrySize(30, 36.5, 47_300),
        "624110": IndustrySize(28, 23.9, 45_300),
        "621399": IndustrySize(27, 25.0, 55_000),
        "611310": IndustrySize(27, 1_236.0, 67_300),
        "923110": IndustrySize(23, 186.0, 37_400),
        "922140": IndustrySize(22, 94.7, 66_900),
        "925120": IndustrySize(20, 27.6, 54_500),
        "713990": IndustrySize(19, 46.2, 20_100),
        "922110": IndustrySize(19, 56.0, 62_900),
        "721120": IndustrySize(14, 283.0, 33_000),
        "622110": IndustrySize(10, 250.6, 62_900),
    },
}

GIANTS: tuple[Giant, ...] = (
    Giant("41067", "334413", 7_800, 172_000),
    Giant("41067", "334413", 5_600, 168_000),
    Giant("41067", "334413", 3_900, 165_000),
    Giant("41067", "334413", 2_200, 160_000),
    Giant("41067", "551114", 8_300, 165_000),
    Giant("41067", "551114", 2_100, 150_000),
    Giant("41067", "221122", 1_400, 105_000),
    Giant("41067", "238222", 1_100, 80_000),
    Giant("41051", "551114", 3_400, 120_000),
    Giant("41051", "236220", 1_200, 85_000),
    Giant("41005", "423830", 1_300, 90_000),
    Giant("41005", "237310", 700, 80_000),
)
"""Assumed; the utility makes a hidden sector, the contractors bring the metro's larger construction firms.

Published QCEW has 22,300 jobs in Washington County's 334413 and 15,300 in its 551114 (2016).
"""

# Sector share in an area grows with the area's number of businesses to this power: farms thin out, offices gather.
SIZE_ELASTICITY: dict[str, float] = {
    "11": -0.8, "21": -0.5, "22": -0.3, "23": -0.13, "31-33": -0.05, "42": 0.2, "44-45": -0.07, "48-49": -0.05,
    "51": 0.22, "52": -0.02, "53": 0.05, "54": 0.25, "55": 0.25, "56": 0.0, "61": 0.15, "62": -0.05, "71": 0.03,
    "72": -0.03, "81": 0.0, "99": 0.1,
}  # fmt: skip

# Known leanings of single areas: (area, code prefix) to a factor.
LEANINGS: dict[tuple[str, str], float] = {
    ("41067", "334"): 3.0,
    ("41067", "334413"): 3.5,
    ("41067", "23"): 1.2,
    ("41005", "23"): 1.2,
    ("41051", "722"): 1.2,
    (UNKNOWN_COUNTY, "42"): 3.5,
    (UNKNOWN_COUNTY, "51"): 2.0,
    (UNKNOWN_COUNTY, "54"): 1.7,
    (UNKNOWN_COUNTY, "55"): 2.0,
    (UNKNOWN_COUNTY, "44"): 0.2,
    (UNKNOWN_COUNTY, "45"): 0.2,
    (UNKNOWN_COUNTY, "62"): 0.2,
    (UNKNOWN_COUNTY, "72"): 0.1,
    (UNKNOWN_COUNTY, "11"): 0.1,
    (UNKNOWN_COUNTY, "814"): 0.1,
    (UNKNOWN_COUNTY, "999"): 4.0,
}

# Amplitude of the yearly wave in jobs, and the month of its peak.
SEASONS: dict[str, tuple[float, int]] = {
    "11": (0.22, 8), "23": (0.05, 8), "44-45": (0.025, 12), "48-49": (0.02, 11), "56": (0.03, 9), "61": (0.09, 2),
    "71": (0.08, 7), "72": (0.04, 7), "92": (0.01, 7),
}  # fmt: skip
NO_SEASON = (0.008, 8)

# Wages are higher in the fourth quarter (bonuses), lowest in the second; the four average to one.
QUARTERLY_PAY = (1.0, 0.965, 0.985, 1.05)
# Oregon's taxable wage base of 2016, the year of the pay figures.
TAXABLE_WAGE_BASE_USD = 36_900
