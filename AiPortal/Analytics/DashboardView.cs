using AiPortal.Core.Analytics;
using AiPortal.Core.Analytics.Planning;
using AiPortal.Core.Money;

namespace AiPortal.Analytics;

/// <summary>Spend of one thing this month; <c>id</c> is null for what is only a name, and for what was attributed to nothing.</summary>
internal sealed record ShareView(Guid? Id, string Name, decimal Cost, long Requests, long Tokens)
{
    /// <summary>The name for calls that were attributed to none.</summary>
    private const string Unassigned = "unassigned";

    public static IReadOnlyList<ShareView> Of(IReadOnlyList<SpendShare> shares) =>
        [.. shares.Select(share => new ShareView(share.Id, share.Name ?? Unassigned, share.Cost, share.Requests, share.Tokens))];
}

/// <summary>Spend of a local day, <c>date</c> as yyyy-MM-dd.</summary>
internal sealed record DayView(DateOnly Date, decimal Cost, long Requests, long Tokens);

/// <summary>What is going on now, null for who sees a part of the organization: calls not on the ledger yet, by how much USD they could pass learned limits at worst, and outcomes nobody knows.</summary>
internal sealed record LiveView(int? OpenCalls, decimal? OvershootExposure, decimal UnresolvedCostThisMonth);

/// <summary>Spend at a glance, USD, cut in <c>time_zone</c>; averages are today's.</summary>
internal sealed record DashboardView
{
    public required decimal TotalCostToday { get; init; }

    public required decimal TotalCostThisMonth { get; init; }

    public required decimal TotalCostLastMonth { get; init; }

    /// <summary>This month against the whole last month.</summary>
    public required decimal CostTrendPercentage { get; init; }

    /// <summary>Last month up to the same distance from its beginning.</summary>
    public required decimal TotalCostLastMonthToDate { get; init; }

    public required decimal CostTrendToDatePercentage { get; init; }

    public required long TotalRequestsToday { get; init; }

    public required long TotalTokensToday { get; init; }

    public required long TotalRequestsThisMonth { get; init; }

    public required decimal AvgCostPerRequest { get; init; }

    public required decimal AvgCostPerToken { get; init; }

    public required int ActiveQuotas { get; init; }

    public required int ExceededQuotas { get; init; }

    public required int WarningQuotas { get; init; }

    public required IReadOnlyDictionary<string, decimal> CostByType { get; init; }

    public required IReadOnlyList<ShareView> CostByUser { get; init; }

    public required IReadOnlyList<DayView> DailyCostTrend { get; init; }

    /// <summary>Alerts nobody has resolved.</summary>
    public required int ActiveAlerts { get; init; }

    public required IReadOnlyList<ShareView> ByModel { get; init; }

    public required IReadOnlyList<ShareView> ByTeam { get; init; }

    public required IReadOnlyList<ShareView> ByProvider { get; init; }

    public required IReadOnlyList<ShareView> ByProject { get; init; }

    public required IReadOnlyList<ShareView> ByCostCenter { get; init; }

    public required LiveView Live { get; init; }

    public required string TimeZone { get; init; }

    public static DashboardView Of(Spend spend, BudgetSummary budgets, int activeAlerts, LiveView live) =>
        new()
        {
            TotalCostToday = spend.Today.Cost,
            TotalCostThisMonth = spend.ThisMonth.Cost,
            TotalCostLastMonth = spend.LastMonth.Cost,
            CostTrendPercentage = Spend.Change(spend.ThisMonth.Cost, spend.LastMonth.Cost),
            TotalCostLastMonthToDate = spend.LastMonthToDate.Cost,
            CostTrendToDatePercentage = Spend.Change(spend.ThisMonth.Cost, spend.LastMonthToDate.Cost),
            TotalRequestsToday = spend.Today.Requests,
            TotalTokensToday = spend.Today.Tokens,
            TotalRequestsThisMonth = spend.ThisMonth.Requests,
            AvgCostPerRequest = Average(spend.Today.Cost, spend.Today.Requests),
            AvgCostPerToken = Average(spend.Today.Cost, spend.Today.Tokens),
            ActiveQuotas = budgets.Count,
            ExceededQuotas = budgets.Exceeded,
            WarningQuotas = budgets.Near,
            CostByType = spend.By(Dimension.CostType).ToDictionary(share => share.Name ?? "", share => share.Cost),
            CostByUser = ShareView.Of(spend.By(Dimension.User)),
            DailyCostTrend = [.. spend.Days.Select(day => new DayView(day.Date, day.Sum.Cost, day.Sum.Requests, day.Sum.Tokens))],
            ActiveAlerts = activeAlerts,
            ByModel = ShareView.Of(spend.By(Dimension.Model)),
            ByTeam = ShareView.Of(spend.By(Dimension.Team)),
            ByProvider = ShareView.Of(spend.By(Dimension.Provider)),
            ByProject = ShareView.Of(spend.By(Dimension.Project)),
            ByCostCenter = ShareView.Of(spend.By(Dimension.CostCenter)),
            Live = live,
            TimeZone = spend.TimeZone,
        };

    private static decimal Average(decimal cost, long count) => count == 0 ? 0 : Usd.Round12(cost / count);
}
