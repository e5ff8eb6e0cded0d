-- Grain: one row a sentence that belongs beside the result table.
-- Why: what was refused, rejected or checked is said where people look.
WITH notes AS (
    SELECT 1 AS place, 'SYNTHETIC SAMPLE: made-up figures of a made-up economy, to show how it works.' AS note
    WHERE EXISTS (SELECT 1 FROM raw.captures WHERE source = 'sample')
    UNION ALL
    SELECT 2, 'Identities of the source: ' || format('{:,}', sum(groups_checked)) || ' groups of figures checked, '
        || format('{:,}', sum(groups_failed)) || ' failed.'
    FROM core.identities
    HAVING count(*) > 0
    UNION ALL
    SELECT 3, 'BLS and the Oregon Employment Department both have ' || format('{:,}', count(*)) || ' figures: '
        || format('{:,}', count(*) FILTER (is_within)) || ' agree, '
        || format('{:,}', count(*) FILTER (cause <> 'unexplained')) || ' differ for a known reason, '
        || format('{:,}', count(*) FILTER (cause = 'unexplained')) || ' without one (see marts.source_reconciliation).'
    FROM marts.source_reconciliation
    HAVING count(*) > 0
    UNION ALL
    SELECT 4, 'Not computed from ' || data_origin || ', which publishes no 6-digit industries: '
        || string_agg(DISTINCT sector_name, ', ' ORDER BY sector_name) || ' (' || definition || '), because of '
        || codes || '.'
    FROM marts.refused_definitions
    GROUP BY data_origin, definition, codes
    UNION ALL
    SELECT 5, 'Refused file: ' || address || if(ends_with(address, member), '', ' (' || member || ')') || ': ' || reason
    FROM raw.refused_files
    UNION ALL
    SELECT 6, 'Rejected rows: ' || format('{:,}', count(*)) || ' (see raw.rejected_rows).'
    FROM raw.rejected_rows
    HAVING count(*) > 0
    UNION ALL
    SELECT 7, 'Several vintages: ' || format('{:,}', count(*)) || ' areas and periods are in more than one captured '
        || 'file; the one published last is used (see core.vintages; marts.revisions tells what it changed).'
    FROM (
        SELECT source, area_fips, year, quarter
        FROM core.vintages
        WHERE is_whole_area
        GROUP BY ALL
        HAVING count(*) > 1
    )
    HAVING count(*) > 0
    UNION ALL
    SELECT 8, 'In no figure: ' || captures.address || ' (' || captures.areas || ', ' || captures.periods || '): '
        || 'replaced by a later file, not all industries of an area, or before 2011.'
    FROM (SELECT * FROM raw.captures WHERE source NOT IN ('bls', 'qualityinfo')) AS captures
    ANTI JOIN marts.figure_sources USING (capture_sha256)
    ANTI JOIN (
        SELECT capture_sha256
        FROM core.vintages
        WHERE is_in_force AND is_whole_area AND year >= (SELECT min(first_year) FROM reference.naics_vintages)
    ) USING (capture_sha256)
    ANTI JOIN raw.titles USING (capture_sha256)
    UNION ALL
    SELECT 9, 'Stale: ' || format('{:,}', count(*)) || ' files of ' || source || ' could not be renewed since '
        || min(failing_since)[:10] || '; what is in hand of them serves, up to '
        || max(date_diff('day', content_checked_at[:10]::DATE, checked_at[:10]::DATE)) || ' days old. The first: '
        || arg_min(period || ' ' || coalesce(area_fips, 'all areas') || ': ' || reason, (failing_since, address))
        || ' (see raw.web_files).'
    FROM raw.web_files
    WHERE failing_since IS NOT NULL AND capture_sha256 IS NOT NULL
    GROUP BY source
    UNION ALL
    SELECT 10, 'Missing: ' || format('{:,}', count(*)) || ' files of ' || source || ' never came. The first: '
        || arg_min(period || ' ' || coalesce(area_fips, 'all areas') || ': ' || reason, (period, address))
        || ' (see raw.web_files).'
    FROM raw.web_files
    WHERE failing_since IS NOT NULL AND capture_sha256 IS NULL
        AND (outcome <> 'missing' OR period IN (SELECT period FROM raw.web_files WHERE capture_sha256 IS NOT NULL))
    GROUP BY source
)
SELECT note FROM notes ORDER BY place, note
