namespace AiPortal.Core.Analytics.Planning;

/// <summary>The statements of <see cref="BudgetTree"/>; row-level security confines them to one organization.</summary>
internal static class BudgetTreeSql
{
    /// <summary>
    /// Every budget with its scope's place in the organization: <c>chain</c> are the ids from the organization down to the scope,
    /// <c>place</c> sorts a scope before all below it and siblings by kind and name, <c>names</c> are for people.
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
        ), parts AS (
          SELECT 'organization' AS type, id, '{}'::uuid[] AS chain, '{}'::text[] AS place, ARRAY[name::text] AS names FROM organizations
          UNION ALL SELECT 'department', id, chain, place, names FROM d
          UNION ALL SELECT 'team', id, chain, place, names FROM t
          UNION ALL SELECT 'project', id, chain, place, names FROM p
          UNION ALL SELECT 'user', m.user_id, coalesce(t.chain, '{}') || m.user_id, coalesce(t.place, '{}') || ('4' || lower(m.name) || m.user_id), coalesce(t.names, '{}') || m.name::text
            FROM memberships m LEFT JOIN t ON t.id = m.team_id
          UNION ALL SELECT 'key', k.id, coalesce(p.chain, t.chain, '{}') || k.id, coalesce(p.place, t.place, '{}') || ('5' || lower(k.name) || k.id), coalesce(p.names, t.names, '{}') || k.name::text
            FROM api_keys k LEFT JOIN p ON p.id = k.project_id LEFT JOIN t ON t.id = k.team_id
          UNION ALL SELECT 'cost_center', id, ARRAY[id], ARRAY['6' || lower(name) || id], ARRAY[name::text] FROM cost_centers
          UNION ALL SELECT 'environment', id, ARRAY[id], ARRAY['7' || lower(name) || id], ARRAY[name::text] FROM environments
        ), placed AS (
          SELECT b.id, b.scope_id, lower(b.name) AS name, coalesce(s.names, '{}') AS names, coalesce(s.place, ARRAY['9']) AS place,
            b.organization_id || coalesce(s.chain, '{}') AS chain
          FROM budgets b LEFT JOIN parts s ON s.type = b.quota_type AND s.id = b.scope_id
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
        ($3::text[] IS NULL OR b.quota_type = ANY($3)) AND ($4::text IS NULL OR b.name ILIKE $4 ESCAPE '\' OR s.names[cardinality(s.names)] ILIKE $4 ESCAPE '\')
        """;

    /// <summary>Budget <c>b</c> is of an environment or of a key in it; null stands for all.</summary>
    private const string OfEnvironment = """
        ({0}::uuid IS NULL OR (b.quota_type = 'environment' AND b.scope_id = {0})
          OR (b.quota_type = 'key' AND EXISTS (SELECT 1 FROM api_keys e WHERE e.id = b.scope_id AND e.environment_id = {0})))
        """;

    /// <summary>$1, $2: the current periods; $3: types of scopes; $4: a pattern for names; $5: scopes that are folded; $6, $7: which rows; $8: an environment.</summary>
    public static string Page(BudgetState state) => Placed.Replace("{0}", $"{Wanted} AND {Of(state)} AND {In("$8")}", StringComparison.Ordinal) + """
        , above AS (SELECT DISTINCT unnest(chain[1:cardinality(chain) - 1]) AS id FROM placed)
        SELECT r.id, r.names, (SELECT count(*)::int FROM unnest(r.chain[1:cardinality(r.chain) - 1]) c(id) WHERE c.id IN (SELECT scope_id FROM placed)),
          r.scope_id IN (SELECT id FROM above), r.total
        FROM (
          SELECT id, scope_id, names, chain, place, name, count(*) OVER ()::int AS total FROM placed
          WHERE NOT (chain[1:cardinality(chain) - 1] && $5)
          ORDER BY place, name, id OFFSET $6 LIMIT $7) r
        ORDER BY r.place, r.name, r.id
        """;

    /// <summary>How many budgets there are, how many near and how many past a limit; $3: an environment.</summary>
    public static string Summary { get; } = $"""
        SELECT count(*)::int, (count(*) FILTER (WHERE used >= warning AND used < 1))::int, (count(*) FILTER (WHERE used >= 1))::int
        FROM (SELECT b.warning_threshold AS warning, {Used} AS used FROM budgets b WHERE {In("$3")}) b
        """;

    private static string In(string parameter) => OfEnvironment.Replace("{0}", parameter, StringComparison.Ordinal);

    private static string Of(BudgetState state) => state switch
    {
        BudgetState.All => "true",
        BudgetState.Near => $"{Used} >= least(b.warning_threshold, 1)",
        BudgetState.Exceeded => $"{Used} >= 1",
    };
}
