-- Grain: one row a group of industries, region, period and ownership that a release states, or hides, the total of.
-- Why: an agency's total is exact though cells in it are hidden, and one that it hides is not to be estimated. A state
-- is known by its area in a release, by its name here; a set of industries by any of its names. A year has four
-- quarters that are stated; all governments together and the plain sum of sectors, which no release states, are their
-- parts.
-- Warnings: a total that does not count the establishments of the group's own cells is of another definition: it is
-- left out.
WITH industries AS (
    SELECT group_key, naics_vintage, list(industry_code ORDER BY industry_code) AS industry_codes
    FROM core.industry_group_leaves
    GROUP BY group_key, naics_vintage
),
named AS (
    SELECT one.group_key, other.group_key AS stated_key, vintages.first_year, vintages.last_year
    FROM industries AS one
    JOIN industries AS other USING (naics_vintage, industry_codes)
    JOIN reference.naics_vintages AS vintages USING (naics_vintage)
),
newest AS (
    SELECT if(captures.source = 'sample', 'sample', 'release') AS source,
        totals.* REPLACE (coalesce(states.region, totals.region) AS region, named.group_key AS group_key)
    FROM raw.released_totals AS totals
    JOIN raw.captures AS captures USING (capture_sha256)
    JOIN named ON named.stated_key = totals.group_key AND totals.year BETWEEN named.first_year AND named.last_year
    LEFT JOIN reference.regions AS states ON states.statewide_area = totals.region
    QUALIFY row_number() OVER (
        PARTITION BY totals.region, totals.own_code, named.group_key, totals.year, totals.quarter
        ORDER BY captures.vintage_order DESC, totals.group_key, totals.line_number
    ) = 1
),
owned AS (
    SELECT DISTINCT ownership, total_own_code AS own_code FROM reference.ownerships
    UNION
    SELECT ownership, part_own_code FROM reference.ownerships
    WHERE total_own_code NOT IN (SELECT own_code FROM newest)
),
stated AS (
    SELECT newest.source, newest.group_key, newest.region, newest.year, newest.quarter, owned.ownership,
        bool_and(newest.disclosure = 'disclosed') AS is_disclosed,
        sum(newest.establishments)::DOUBLE AS establishments,
        sum(newest.month1_employment)::BIGINT AS month1_employment,
        sum(newest.month2_employment)::BIGINT AS month2_employment,
        sum(newest.month3_employment)::BIGINT AS month3_employment,
        sum(newest.wages_usd)::BIGINT AS wages_usd,
        list(DISTINCT newest.capture_sha256) AS captures
    FROM newest
    JOIN owned USING (own_code)
    GROUP BY ALL
),
counted AS (
    SELECT places.source, totals.group_key, places.region, places.period, places.year, places.quarter,
        owners.ownership, sum(totals.establishments) AS establishments
    FROM core.region_periods AS places
    JOIN core.group_totals AS totals
        ON totals.source = places.source
        AND totals.area_fips = places.area_fips
        AND totals.period = places.period
        AND totals.vintage = 'in_force'
    JOIN reference.ownerships AS owners ON owners.part_own_code = totals.own_code
    SEMI JOIN stated
        ON stated.source = places.source
        AND stated.region = places.region
        AND stated.year = places.year
        AND stated.quarter = places.quarter
    GROUP BY ALL
),
of_groups AS (
    SELECT stated.*, counted.period
    FROM stated
    JOIN counted USING (source, group_key, region, year, quarter, ownership, establishments)
),
quarters AS (
    SELECT * EXCLUDE (establishments) FROM of_groups
    UNION ALL BY NAME
    SELECT counted.source, gross.group_key, counted.region, counted.year, counted.quarter, counted.ownership,
        counted.period, bool_and(of_groups.is_disclosed) AS is_disclosed,
        sum(of_groups.month1_employment)::BIGINT AS month1_employment,
        sum(of_groups.month2_employment)::BIGINT AS month2_employment,
        sum(of_groups.month3_employment)::BIGINT AS month3_employment,
        sum(of_groups.wages_usd)::BIGINT AS wages_usd,
        flatten(list(of_groups.captures)) AS captures
    FROM counted
    JOIN core.industry_groups AS part ON part.group_key = counted.group_key AND part.kind = 'sector'
    JOIN core.industry_groups AS gross ON gross.definition = part.definition AND gross.kind = 'gross'
    LEFT JOIN of_groups
        ON of_groups.source = counted.source
        AND of_groups.group_key = counted.group_key
        AND of_groups.region = counted.region
        AND of_groups.period = counted.period
        AND of_groups.ownership = counted.ownership
    GROUP BY ALL
    HAVING count(*) = count(of_groups.source)
),
periods AS (
    SELECT source, group_key, region, period, year, quarter, ownership, is_disclosed, month1_employment,
        month2_employment, month3_employment,
        (month1_employment + month2_employment + month3_employment) / 3.0 AS employment, wages_usd, captures
    FROM quarters
    UNION ALL
    SELECT source, group_key, region, year::VARCHAR, year, 0, ownership, bool_and(is_disclosed), NULL, NULL, NULL,
        sum(month1_employment + month2_employment + month3_employment) / 12.0, sum(wages_usd)::BIGINT,
        flatten(list(captures))
    FROM quarters
    GROUP BY ALL
    HAVING count(*) = 4
)
SELECT source, group_key, region, period, year, quarter::TINYINT AS quarter, ownership,
    if(is_disclosed, 'disclosed', 'suppressed') AS disclosure,
    if(is_disclosed, month1_employment, NULL) AS month1_employment,
    if(is_disclosed, month2_employment, NULL) AS month2_employment,
    if(is_disclosed, month3_employment, NULL) AS month3_employment,
    if(is_disclosed, employment, NULL) AS employment,
    if(is_disclosed, wages_usd, NULL) AS wages_usd,
    list_sort(list_distinct(captures)) AS captures
FROM periods
ORDER BY group_key, region, period, ownership
