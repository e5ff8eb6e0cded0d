-- Grain: one row a group and each industry, at any level, that lies wholly inside it.
-- Why: a published parent that lies wholly inside a sector counts at once, whatever is hidden below it.
WITH leaf_counts AS (
    SELECT naics_vintage, ancestor_code, ancestor_level, count(*) AS leaf_count
    FROM core.naics_ancestry
    WHERE naics_level = 8
    GROUP BY ALL
)
SELECT leaves.group_key, leaves.naics_vintage, tree.ancestor_code AS industry_code, tree.ancestor_level AS naics_level
FROM core.industry_group_leaves AS leaves
JOIN core.naics_ancestry AS tree USING (naics_vintage, industry_code)
JOIN leaf_counts
    ON leaf_counts.naics_vintage = tree.naics_vintage AND leaf_counts.ancestor_code = tree.ancestor_code
GROUP BY leaves.group_key, leaves.naics_vintage, tree.ancestor_code, tree.ancestor_level, leaf_counts.leaf_count
HAVING count(*) = leaf_counts.leaf_count
ORDER BY leaves.group_key, leaves.naics_vintage, tree.ancestor_code
