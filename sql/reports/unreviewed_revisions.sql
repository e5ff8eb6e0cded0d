-- Grain: one row a state, quarter and newer file that moved the state's totals beyond the usual envelope, unreviewed.
-- Why: whoever stands before a run that does not publish reads what changed, in which file, and which lines say that
-- it was looked at.
SELECT replace(coalesce(areas.area_title, revisions.place), ' -- Statewide', '') || ', ' || revisions.period
        || ', published ' || left(revisions.published_at_after, 10) || ' in place of '
        || left(revisions.published_at_before, 10) || chr(10)
        || string_agg(
            format(
                '  {} {}: {:+.3f} % ({:,.0f} before, {:,.0f} now)', replace(revisions.ownership, '_', ' '),
                revisions.measure, 100 * revisions.relative_change, revisions.before, revisions.after
            ),
            chr(10) ORDER BY revisions.own_code DESC, revisions.measure
        ) || chr(10)
        || '  file: ' || captures.address || chr(10)
        || '  SHA-256: ' || captures.capture_sha256 AS finding,
    format(
        '  - state: "{}"' || chr(10) || '    period: {}' || chr(10) || '    capture_sha256: "{}"' || chr(10)
            || '    reviewed_by: <your role or name, no e-mail address>' || chr(10)
            || '    reviewed_on: <the day, such as 2026-09-02>' || chr(10)
            || '    reason: <why the newer figures are right>',
        left(revisions.place, 2), revisions.period, captures.capture_sha256
    ) AS entry
FROM marts.revisions AS revisions
JOIN raw.captures AS captures ON captures.capture_sha256 = revisions.captures_after[1]
LEFT JOIN reference.areas AS areas ON areas.area_fips = revisions.place
WHERE revisions.is_beyond_envelope AND revisions.reviewed_by IS NULL
GROUP BY areas.area_title, revisions.place, revisions.period, revisions.published_at_before,
    revisions.published_at_after, captures.address, captures.capture_sha256
ORDER BY revisions.place, revisions.period, captures.capture_sha256
