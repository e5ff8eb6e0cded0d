-- Grain: one row an industry and each of its ancestors, itself included.
-- Why: 'wholly inside a sector' is a question about all descendants; match by this tree, never by text prefix, for
-- supersectors such as 1012 look like NAICS codes and sectors such as 31-33 do not.
WITH RECURSIVE ancestry AS (
    SELECT naics_vintage, industry_code, naics_level, industry_code AS ancestor_code, naics_level AS ancestor_level
    FROM reference.naics
    UNION ALL
    SELECT ancestry.naics_vintage, ancestry.industry_code, ancestry.naics_level, parent.industry_code,
        parent.naics_level
    FROM ancestry
    JOIN reference.naics AS node
        ON node.naics_vintage = ancestry.naics_vintage AND node.industry_code = ancestry.ancestor_code
    JOIN reference.naics AS parent
        ON parent.naics_vintage = node.naics_vintage AND parent.industry_code = node.parent_code
)
SELECT * FROM ancestry
ORDER BY naics_vintage, industry_code, ancestor_level
