using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Money;

namespace AiPortal.Analytics;

/// <summary><c>/api/v1/cost/analytics</c>: spend of a span, and by what.</summary>
internal static class AnalyticsEndpoints
{
    private const int MaxGroups = 500;
    private const int DefaultGroups = 50;
    private const string TagPrefix = "tag:";
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(30);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(400);

    /// <summary>Words of the API and what they are here.</summary>
    private static readonly Dictionary<string, Dimension> Dimensions = new(StringComparer.Ordinal)
    {
        ["department"] = Dimension.Department,
        ["team"] = Dimension.Team,
        ["project"] = Dimension.Project,
        ["cost_center"] = Dimension.CostCenter,
        ["environment"] = Dimension.Environment,
        ["user"] = Dimension.User,
        ["key"] = Dimension.Key,
        ["provider"] = Dimension.Provider,
        ["model"] = Dimension.Model,
        ["request_type"] = Dimension.RequestType,
        ["type"] = Dimension.CostType,
    };

    public static void MapAnalytics(this IEndpointRouteBuilder api) => api.MapGet("/cost/analytics", ReadAsync).WithTags("Analytics").Describe(
        $"Spend of a span (from, to; default the last 30 days), and by group_by: {string.Join(", ", Dimensions.Keys)}, session, workflow, account, or tag:<name>; at most limit groups (default {DefaultGroups}), the dearest first.");

    private static async Task<IResult> ReadAsync(HttpContext http, SpendBreakdown breakdown, LabelledSpend labels, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var now = clock.GetUtcNow();
        var to = query.Instant("to") ?? now;
        var span = new Period(query.Instant("from") ?? to - DefaultSpan, to);
        if (span.End <= span.Start) query.Fault("to", "Must be later than from.");
        else if (span.End - span.Start > MaxSpan) query.Fault("from", $"At most {MaxSpan.TotalDays:0} days.");
        var word = query.Text("group_by") ?? "model";
        var label = LabelOf(word);
        if (label is null && !Dimensions.ContainsKey(word)) query.Fault("group_by", $"Must be one of {string.Join(", ", Dimensions.Keys)}, session, workflow, account, tag:<name>.");
        var limit = http.Request.Query.ContainsKey("limit") ? Math.Min(query.Limit(), MaxGroups) : DefaultGroups;
        var organization = ApiScope.ForList(http, query, Permission.ViewCost);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);

        var (id, token) = (organization.Value, http.RequestAborted);
        var groups = label is { } by ? await labels.ReadAsync(id, by.Label, by.Tag, span, limit, token) : await breakdown.ReadAsync(id, Dimensions[word], span, limit, token);
        var models = await breakdown.ReadAsync(id, Dimension.Model, span, int.MaxValue, token);
        return ApiResults.Ok(new AnalyticsView(SummaryView.Of(models, span), word, Views(groups), new DistributionsView(
            Views(models.Take(limit)),
            Views(await breakdown.ReadAsync(id, Dimension.User, span, limit, token)),
            Views(await breakdown.ReadAsync(id, Dimension.Provider, span, limit, token)),
            Views(await breakdown.ReadAsync(id, Dimension.RequestType, span, limit, token)),
            Views(await breakdown.ReadAsync(id, Dimension.CostType, span, limit, token)))));
    }

    private static (Label Label, string? Tag)? LabelOf(string word) => word switch
    {
        "session" => (Label.Session, null),
        "workflow" => (Label.Workflow, null),
        "account" => (Label.Account, null),
        _ when word.StartsWith(TagPrefix, StringComparison.Ordinal) && word.Length > TagPrefix.Length => (Label.Tag, word[TagPrefix.Length..]),
        _ => null,
    };

    private static IReadOnlyList<GroupView> Views(IEnumerable<SpendShare> shares) => [.. shares.Select(s => new GroupView(s.Id, s.Name, s.Cost, s.Requests, s.Tokens))];

    private sealed record AnalyticsView(SummaryView Summary, string GroupBy, IReadOnlyList<GroupView> Groups, DistributionsView Distributions);

    /// <summary>USD; <c>name</c> is null for calls that have none.</summary>
    private sealed record GroupView(Guid? Id, string? Name, decimal Cost, long Requests, long Tokens);

    private sealed record DistributionsView(IReadOnlyList<GroupView> ByModel, IReadOnlyList<GroupView> ByUser, IReadOnlyList<GroupView> ByProvider,
        IReadOnlyList<GroupView> ByRequestType, IReadOnlyList<GroupView> ByType);

    private sealed record SummaryView(decimal TotalCost, long TotalRequests, long TotalTokens, decimal? AvgCostPerRequest, decimal? AvgCostPerToken, decimal PeriodDays)
    {
        public static SummaryView Of(IReadOnlyList<SpendShare> parts, Period span)
        {
            var (cost, requests, tokens) = (parts.Sum(p => p.Cost), parts.Sum(p => p.Requests), parts.Sum(p => p.Tokens));
            return new SummaryView(cost, requests, tokens, requests == 0 ? null : Usd.Round12(cost / requests), tokens == 0 ? null : Usd.Round12(cost / tokens),
                decimal.Round((decimal)(span.End - span.Start).TotalDays, 2));
        }
    }
}
