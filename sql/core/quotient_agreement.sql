-- Grain: one row a source, measure and period that has location quotients.
-- Why: how many of BLS's own location quotients come out, row by row. With the nation's file each is recomputed;
-- without it a row agrees if the national share that most rows of its industry imply lies in the range that it implies
-- itself, so that as many rows agree as any national share allows: where the ranges of an industry have no common
-- point, their ends are gone through in order.
-- Warnings: a row alone in its industry has no other to agree with, and is not compared.
WITH industries AS (
    SELECT source, measure, period, own_code, industry_code,
        count(*) AS rows_with_quotient,
        count(national_share) AS rows_with_nation,
        coalesce(bool_and(national_share BETWEEN smallest_national_share AND largest_national_share), true)
            AS all_recomputed,
        max(smallest_national_share) <= min(largest_national_share) AS all_agree
    FROM core.quotient_ranges
    GROUP BY ALL
),
judged AS (
    SELECT *, bool_or(rows_with_nation > 0) OVER (PARTITION BY source, measure, period) AS is_recomputed,
        CASE
            WHEN is_recomputed THEN rows_with_nation
            WHEN rows_with_quotient > 1 THEN rows_with_quotient
            ELSE 0
        END AS rows_compared
    FROM industries
),
doubtful AS (
    SELECT ranges.*, judged.is_recomputed
    FROM core.quotient_ranges AS ranges
    JOIN judged USING (source, measure, period, own_code, industry_code)
    WHERE NOT if(judged.is_recomputed, judged.all_recomputed, judged.all_agree)
),
ends AS (
    SELECT source, measure, period, own_code, industry_code, smallest_national_share AS share, 1 AS step
    FROM doubtful
    UNION ALL
    SELECT source, measure, period, own_code, industry_code, largest_national_share, -1
    FROM doubtful
),
supported AS (
    SELECT *, sum(step) OVER (
            PARTITION BY source, measure, period, own_code, industry_code ORDER BY share, step DESC
            ROWS UNBOUNDED PRECEDING
        ) AS rows_in_support
    FROM ends
),
most_supported AS (
    SELECT source, measure, period, own_code, industry_code,
        arg_max(share, (rows_in_support, -share)) AS implied_share
    FROM supported
    GROUP BY ALL
),
disagreeing AS (
    SELECT doubtful.*, if(is_recomputed, national_share, implied_share) AS compared_share
    FROM doubtful
    JOIN most_supported USING (source, measure, period, own_code, industry_code)
    WHERE compared_share NOT BETWEEN smallest_national_share AND largest_national_share
),
exceptions AS (
    SELECT source, measure, period, count(*) AS rows_disagreeing,
        list(
            format(
                '{} own {} industry {}: published {:.2f}, found {:.2f}', area_fips, own_code, industry_code,
                quotient, share / compared_share
            )
            ORDER BY area_fips, own_code, industry_code
        )[:20] AS first_rows
    FROM disagreeing
    GROUP BY ALL
),
periods AS (
    SELECT source, measure, period, if(bool_or(is_recomputed), 'recomputed', 'implied') AS basis,
        sum(rows_with_quotient)::BIGINT AS rows_with_quotient, sum(rows_compared)::BIGINT AS rows_compared
    FROM judged
    GROUP BY ALL
)
SELECT periods.*, periods.rows_compared - coalesce(exceptions.rows_disagreeing, 0) AS rows_agreeing,
    coalesce(exceptions.rows_disagreeing, 0) AS rows_disagreeing,
    coalesce(exceptions.first_rows, []) AS disagreeing_rows
FROM periods
LEFT JOIN exceptions USING (source, measure, period)
ORDER BY source, measure, period
