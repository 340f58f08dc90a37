namespace AiPortal.Core.Analytics.Planning;

/// <summary>The statements of <see cref="BudgetTree"/>; row-level security confines them to one organization.</summary>
internal static class BudgetTreeSql
{
    /// <summary>
    /// Every budget with its scope's place in the organization. Departments, teams and projects are few: they are sorted, each before all below it, and what
    /// hangs on them is put behind their <c>rank</c> by its own name (<c>own</c>). <c>up</c> are the ids around a scope, from the organization down.
    /// </summary>
    private const string Placed = """
        WITH RECURSIVE d AS (
          SELECT id, ARRAY[id] AS chain, ARRAY['1' || lower(name) || id] AS place, ARRAY[name::text] AS names FROM departments WHERE parent_id IS NULL
          UNION ALL
          SELECT c.id, d.chain || c.id, d.place || ('1' || lower(c.name) || c.id), d.names || c.name::text FROM departments c JOIN d ON c.parent_id = d.id
        ), t AS (
          SELECT t.id, coalesce(d.chain, '{}') || t.id AS chain, coalesce(d.place, '{}') || ('2' || lower(t.name) || t.id) AS place, coalesce(d.names, '{}') || t.name::text AS names
          FROM teams t LEFT JOIN d ON d.id = t.department_id
        ), p AS (
          SELECT p.id, coalesce(t.chain, '{}') || p.id AS chain, coalesce(t.place, '{}') || ('3' || lower(p.name) || p.id) AS place, coalesce(t.names, '{}') || p.name::text AS names
          FROM projects p LEFT JOIN t ON t.id = p.team_id
        ), parts AS MATERIALIZED (
          SELECT '00000000-0000-0000-0000-000000000000'::uuid AS id, '{}'::uuid[] AS chain, '{}'::text[] AS place, '{}'::text[] AS names
          UNION ALL SELECT * FROM d UNION ALL SELECT * FROM t UNION ALL SELECT * FROM p
        ), ranks AS MATERIALIZED (
          SELECT id, tail, row_number() OVER (ORDER BY CASE tail WHEN '' THEN place ELSE place || tail END) AS rank FROM parts, unnest(ARRAY['', '4', '5']) tail
        ), scopes AS (
          SELECT b.id, x.id AS part, '' AS tail, x.names[cardinality(x.names)] AS own, b.organization_id || x.chain[1:cardinality(x.chain) - 1] AS up
          FROM budgets b JOIN parts x ON x.id = b.scope_id WHERE b.quota_type IN ('department', 'team', 'project')
          UNION ALL SELECT b.id, coalesce(x.id, '00000000-0000-0000-0000-000000000000'), '4', m.name, b.organization_id || coalesce(x.chain, '{}')
            FROM budgets b JOIN memberships m ON m.user_id = b.scope_id LEFT JOIN parts x ON x.id = m.team_id WHERE b.quota_type = 'user'
          UNION ALL SELECT b.id, coalesce(x.id, y.id, '00000000-0000-0000-0000-000000000000'), '5', k.name, b.organization_id || coalesce(x.chain, y.chain, '{}')
            FROM budgets b JOIN api_keys k ON k.id = b.scope_id LEFT JOIN parts x ON x.id = k.project_id LEFT JOIN parts y ON y.id = k.team_id WHERE b.quota_type = 'key'
          UNION ALL SELECT b.id, NULL, '0', o.name, '{}' FROM budgets b JOIN organizations o ON o.id = b.scope_id WHERE b.quota_type = 'organization'
          UNION ALL SELECT b.id, NULL, '6', c.name, ARRAY[b.organization_id] FROM budgets b JOIN cost_centers c ON c.id = b.scope_id WHERE b.quota_type = 'cost_center'
          UNION ALL SELECT b.id, NULL, '7', e.name, ARRAY[b.organization_id] FROM budgets b JOIN environments e ON e.id = b.scope_id WHERE b.quota_type = 'environment'
        ), placed AS MATERIALIZED (
          SELECT b.id, b.scope_id, b.name, s.part, s.tail, s.own, coalesce(s.up, '{}') AS up,
            CASE WHEN s.tail = '0' THEN 0 WHEN s.part IS NULL THEN 1000000000 ELSE r.rank END AS rank, coalesce(s.tail, '9') AS kind
          FROM budgets b LEFT JOIN scopes s ON s.id = b.id LEFT JOIN ranks r ON r.id = s.part AND r.tail = s.tail
          WHERE {0}
        )
        """;

    /// <summary>The used part of the fullest limit of budget <c>b</c> in the periods given as $1 (types) and $2 (starts).</summary>
    private const string Used = """
        (SELECT max(a.spent / l.amount)
         FROM (VALUES (b.period_type::text, b.total_quota), ('daily', b.daily_limit), ('hourly', b.hourly_limit)) l(period_type, amount)
         JOIN unnest($1::text[], $2::timestamptz[]) c(period_type, start) ON c.period_type = l.period_type
         JOIN budget_amounts a ON a.budget_id = b.id AND a.period_type = l.period_type AND a.period_start = c.start
         WHERE l.amount > 0)
        """;

    private const string Wanted = """
        ($3::text[] IS NULL OR b.quota_type = ANY($3)) AND ($4::text IS NULL OR b.name ILIKE $4 ESCAPE '\' OR s.own ILIKE $4 ESCAPE '\')
        """;

    /// <summary>Budget <c>b</c> is of an environment or of a key in it; null stands for all.</summary>
    private const string OfEnvironment = """
        ({0}::uuid IS NULL OR (b.quota_type = 'environment' AND b.scope_id = {0})
          OR (b.quota_type = 'key' AND EXISTS (SELECT 1 FROM api_keys e WHERE e.id = b.scope_id AND e.environment_id = {0})))
        """;

    /// <summary>$1, $2: the current periods; $3: types of scopes; $4: a pattern for names; $5: scopes that are folded; $6, $7: which rows; $8: an environment.</summary>
    public static string Page(BudgetState state) => Placed.Replace("{0}", $"{Wanted} AND {Of(state)} AND {In("$8")}", StringComparison.Ordinal) + """
        , above AS (SELECT DISTINCT unnest(up) AS id FROM (SELECT DISTINCT up FROM placed) u),
        page AS MATERIALIZED (
          SELECT id, scope_id, name, part, tail, own, up, row_number() OVER () AS row, total
          FROM (
            SELECT *, count(*) OVER ()::int AS total FROM placed WHERE NOT up && $5
            ORDER BY rank, kind, lower(own), scope_id, lower(name), id OFFSET $6 LIMIT $7) wanted),
        depths AS (SELECT u.row, count(*)::int AS depth FROM (SELECT row, unnest(up) AS id FROM page) u JOIN (SELECT DISTINCT scope_id FROM placed) h ON h.scope_id = u.id GROUP BY 1)
        SELECT r.id, CASE WHEN r.own IS NULL THEN '{}' WHEN r.tail = '' THEN x.names ELSE coalesce(x.names, '{}') || r.own::text END, coalesce(h.depth, 0), r.scope_id IN (SELECT id FROM above), r.total
        FROM page r LEFT JOIN parts x ON x.id = r.part LEFT JOIN depths h ON h.row = r.row
        ORDER BY r.row
        """;

    /// <summary>All budgets with the used part of their fullest limit, in one go: $1, $2 are the periods.</summary>
    private const string Uses = """
        WITH uses AS (
          SELECT a.budget_id, max(a.spent / l.amount) AS used
          FROM unnest($1::text[], $2::timestamptz[]) c(period_type, start)
          JOIN budget_amounts a ON a.period_type = c.period_type AND a.period_start = c.start
          JOIN budgets b ON b.id = a.budget_id
          CROSS JOIN LATERAL (VALUES (b.period_type::text, b.total_quota), ('daily', b.daily_limit), ('hourly', b.hourly_limit)) l(period_type, amount)
          WHERE l.period_type = a.period_type AND l.amount > 0
          GROUP BY 1)
        """;

    /// <summary>How many budgets there are, how many near and how many past a limit; $3: an environment.</summary>
    public static string Summary { get; } = Uses + $"""
        SELECT count(*)::int, (count(*) FILTER (WHERE used >= b.warning_threshold AND used < 1))::int, (count(*) FILTER (WHERE used >= 1))::int
        FROM budgets b LEFT JOIN uses u ON u.budget_id = b.id WHERE {In("$3")}
        """;

    /// <summary>Those near or past a limit, the fullest first; $3: an environment; $4: how many.</summary>
    public static string Fullest { get; } = Uses + $"""
        SELECT b.id FROM budgets b JOIN uses u ON u.budget_id = b.id WHERE u.used >= least(b.warning_threshold, 1) AND {In("$3")} ORDER BY u.used DESC, b.name, b.id LIMIT $4
        """;

    private static string In(string parameter) => OfEnvironment.Replace("{0}", parameter, StringComparison.Ordinal);

    private static string Of(BudgetState state) => state switch
    {
        BudgetState.All => "true",
        BudgetState.Near => $"{Used} >= least(b.warning_threshold, 1)",
        BudgetState.Exceeded => $"{Used} >= 1",
    };
}
