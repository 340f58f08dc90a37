using System.Text.RegularExpressions;
using AiPortal.Core.Approvals;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Budgets;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Money;
using AiPortal.Core.Routing.Routes;

namespace AiPortal.Core.Environments;

/// <summary>A budget as a preview shows it: what it counts by name.</summary>
internal sealed record BudgetNote(string Name, decimal TotalQuota, CountedUnit Unit, PeriodType PeriodType, decimal? DailyLimit, decimal? HourlyLimit, decimal WarningThreshold,
    decimal CriticalThreshold, BudgetAction Action, string? DowngradeModel, HoldKind Hold, string? Model, string? Provider)
{
    public static BudgetNote Of(BudgetDraft draft, string? provider) => new(draft.Name, Plain(draft.TotalQuota), draft.Unit, draft.PeriodType, Plain(draft.DailyLimit), Plain(draft.HourlyLimit),
        Plain(draft.WarningThreshold), Plain(draft.CriticalThreshold), draft.Action, draft.DowngradeModel, draft.Hold, draft.Model, provider);

    /// <summary>Without the zeros that the database keeps behind the point.</summary>
    private static decimal Plain(decimal amount) => amount / 1.0000000000000000000000000000m;

    private static decimal? Plain(decimal? amount) => amount is { } given ? Plain(given) : null;
}

/// <summary>A policy as a preview shows it.</summary>
internal sealed record PolicyNote(string Kind, decimal? AboveAmount, IReadOnlyList<Approver> Steps, int ExpiresAfterHours, bool Enabled)
{
    public static PolicyNote Of(ApprovalPolicy policy) => new(policy.Kind, policy.AboveAmount, policy.Steps, policy.ExpiresAfterHours, policy.Enabled);
}

/// <summary>A route's targets as a preview shows them.</summary>
internal sealed record RouteNote(IReadOnlyList<string> Targets)
{
    public static RouteNote Of(IEnumerable<RouteTarget> targets, Func<Guid, string> nameOf) =>
        new([.. targets.Select(target => FormattableString.Invariant($"{nameOf(target.ProviderId)}{(target.Model is { } model ? $" ({model})" : "")}, {target.Priority}/{target.Weight}"))]);
}

/// <summary>What a thing of one environment is called in another: its own name with the environment's exchanged, or added.</summary>
internal static class CopyNames
{
    private const int MaxName = 200;

    public static string Of(string name, string from, string to)
    {
        var word = new Regex($@"\b{Regex.Escape(from)}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var renamed = word.Replace(name, to.Replace("$", "$$", StringComparison.Ordinal), 1);
        if (renamed == name) renamed = $"{Cut(name, MaxName - to.Length - 3)} ({to})";
        return Cut(renamed, MaxName);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..Math.Max(1, length)].TrimEnd();
}
