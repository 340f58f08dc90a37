using AiPortal.Core.Data;

namespace AiPortal.Core.Ledger.Days;

/// <summary>Where a dimension's value is in the columns of <c>usage_rollups</c>.</summary>
internal sealed record UsageValue(UsageDimension Dimension, string Id, string Name)
{
    public string Word => EnumWord.Of(Dimension);
}

/// <summary>The texts that make days of rollups and of entries.</summary>
internal static class UsageDaySql
{
    private const string NoId = "NULL::uuid";
    private const string NoName = "NULL::text";

    /// <summary>What a day's row is for, in the order of its unique index.</summary>
    public const string Key = "organization_id, dimension, day, value_id, value_name";

    public static readonly IReadOnlyList<string> Sums = ["requests", "entries", "failed", "tokens", "ai_requests", "ai_tokens", "total_cost", "unresolved_cost"];

    public static readonly IReadOnlyList<UsageValue> Values =
    [
        new(UsageDimension.Organization, "organization_id", NoName),
        new(UsageDimension.Department, "department_id", NoName),
        new(UsageDimension.Team, "team_id", NoName),
        new(UsageDimension.Project, "project_id", NoName),
        new(UsageDimension.CostCenter, "cost_center_id", NoName),
        new(UsageDimension.Environment, "environment_id", NoName),
        new(UsageDimension.User, "user_id", NoName),
        new(UsageDimension.Key, "key_id", NoName),
        // An account that was renamed is one account; the ledger's name counts where there is none.
        new(UsageDimension.Provider, "provider_id", "CASE WHEN provider_id IS NULL THEN provider_name END"),
        new(UsageDimension.Model, NoId, "model_name"),
        new(UsageDimension.RequestType, NoId, "request_type"),
        new(UsageDimension.CostType, NoId, "cost_type"),
        new(UsageDimension.UserMonth, "user_id", NoName),
        new(UsageDimension.KeyMonth, "key_id", NoName),
    ];

    public const string FirstOfMonth = "date_trunc('month', day::timestamp)::date";

    private static readonly string Names = string.Join(", ", Sums);

    private const string Attributes =
        "department_id, team_id, project_id, cost_center_id, environment_id, user_id, key_id, provider_id, provider_name, model_name, request_type, cost_type";

    /// <summary>
    /// The days as they should be, in the order of <see cref="Key"/> and <see cref="Sums"/>; <c>{0}</c> is where rows like those of
    /// <c>usage_rollups</c> come from. Whole days are summed first, as most dimensions of a day have few values.
    /// </summary>
    public static readonly string Counted = $$"""
        WITH quarters AS MATERIALIZED (
          SELECT q.organization_id, q.bucket_at, usage_day(q.bucket_at, o.time_zone) AS day
          FROM (SELECT DISTINCT organization_id, bucket_at FROM {0} r) q LEFT JOIN organizations o ON o.id = q.organization_id),
        dated AS (
          SELECT r.organization_id, q.day, {{Attributes}}, sum(requests)::bigint AS requests, sum(entries)::bigint AS entries, sum(failed)::bigint AS failed,
            sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units)::bigint AS tokens,
            sum(total_cost) AS total_cost, sum(unresolved_cost) AS unresolved_cost
          FROM {0} r JOIN quarters q ON q.organization_id = r.organization_id AND q.bucket_at = r.bucket_at
          GROUP BY r.organization_id, q.day, {{Attributes}}),
        valued AS (
          SELECT d.organization_id, v.dimension, v.day, v.value_id, v.value_name, requests, entries, failed, tokens,
            CASE WHEN cost_type = 'ai_api' THEN requests ELSE 0 END AS ai_requests, CASE WHEN cost_type = 'ai_api' THEN tokens ELSE 0 END AS ai_tokens,
            total_cost, unresolved_cost
          FROM dated d CROSS JOIN LATERAL (VALUES
            {{string.Join(",\n    ", Values.Select(value => $"('{value.Word}', {(IsMonthly(value.Dimension) ? FirstOfMonth : "day")}, {value.Id}, {value.Name})"))}}
          ) v(dimension, day, value_id, value_name))
        SELECT {{Key}}, {{string.Join(", ", Sums.Select(sum => sum.EndsWith("_cost", StringComparison.Ordinal) ? $"sum({sum}) AS {sum}" : $"sum({sum})::bigint AS {sum}"))}}
        FROM valued GROUP BY {{Key}}
        """;

    /// <summary>Begins a statement that adds rows.</summary>
    public static readonly string Insert = $"INSERT INTO usage_days AS d ({Key}, {Names})";

    /// <summary>
    /// Adds to the days: $1, $2 are quarters of an hour and whose, from $3 on rows of their sums by the number of the quarter.
    /// The zone is read here, under the lock that keeps it as it is until the entries are committed. Rows are locked in one order.
    /// </summary>
    public static readonly string Add = $"""
        WITH quarters AS MATERIALIZED (
          SELECT q.n, q.organization_id, usage_day(q.bucket_at, o.time_zone) AS day
          FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY q(organization_id, bucket_at, n) LEFT JOIN organizations o ON o.id = q.organization_id)
        {Insert}
        SELECT q.organization_id, u.dimension, CASE WHEN u.dimension IN ('{EnumWord.Of(UsageDimension.UserMonth)}', '{EnumWord.Of(UsageDimension.KeyMonth)}') THEN {FirstOfMonth} ELSE day END AS day,
          u.value_id, u.value_name, {string.Join(", ", Sums.Select(sum => $"sum({sum})"))}
        FROM unnest($3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::numeric[], $14::numeric[])
          u(n, dimension, value_id, value_name, {Names}) JOIN quarters q ON q.n = u.n
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT ({Key}) DO UPDATE SET {string.Join(", ", Sums.Select(sum => $"{sum} = d.{sum} + excluded.{sum}"))}
        """;

    private static bool IsMonthly(UsageDimension dimension) => dimension is UsageDimension.UserMonth or UsageDimension.KeyMonth;
}
