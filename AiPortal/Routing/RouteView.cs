using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;

namespace AiPortal.Routing;

/// <summary>An account that a route names; <c>model</c> null: the model asked for, by the account's own map.</summary>
internal sealed record TargetView(Guid ProviderId, string? Model, int Weight, int Priority)
{
    public static TargetView Of(RouteTarget target) => new(target.ProviderId, target.Model, target.Weight, target.Priority);
}

/// <summary>A route as the API shows it.</summary>
internal sealed record RouteView(Guid Id, Guid OrganizationId, string Name, string Model, string Strategy, IReadOnlyList<TargetView> Targets,
    int MaxAttempts, int TimeoutSeconds, bool Enabled, int Position, CacheTerms? Cache, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static RouteView Example { get; } = new(ApiExamples.Id, ApiExamples.Id, "Chat, cheapest first", "gpt-5*", "lowest_cost",
        [new TargetView(ApiExamples.Id, null, 1, 0), new TargetView(ApiExamples.Id, "deepseek-chat", 1, 1)], 4, 600, true, 0, new CacheTerms(true, 3600, null, null), ApiExamples.Instant, ApiExamples.Instant);

    public static RouteView Of(ModelRoute row) => new(row.Id, row.OrganizationId, row.Name, row.Model, EnumWord.Of(row.Strategy), [.. row.Targets.Select(TargetView.Of)],
        row.MaxAttempts, row.TimeoutSeconds, row.Enabled, row.Position, row.Cache, row.CreatedAt, row.UpdatedAt);
}
