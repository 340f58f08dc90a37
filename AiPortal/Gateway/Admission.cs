using System.Globalization;
using AiPortal.Core.Budgets;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>What one attempt holds, and the output bound to send so that the hold is a true ceiling.</summary>
internal sealed record HeldAmount(BudgetHold Hold, decimal Strict, decimal Learned, long? Cap);

/// <summary>Step 4: is the portal able and the key within its limits; then a hold on every budget over the key.</summary>
internal sealed class Admission(KeyLimits limits, BudgetBook budgets, LearnedOutput learned, Journal journal, IHostApplicationLifetime lifetime)
{
    /// <summary>Sent upstream where neither the caller nor the model bounds the output and a strict budget needs a bound.</summary>
    public const long DefaultCap = 4_096;

    /// <summary>For input that nobody can bound at a model whose context window nobody knows: the largest window there is.</summary>
    private const long LargestContextWindow = 2_097_152;

    public async ValueTask<GatewayRefusal?> AdmitAsync(GatewayCall call)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return GatewayFailures.Refuse(GatewayFailure.ShuttingDown);
        if (journal.State.Status is JournalStatus.Full or JournalStatus.Faulted) return GatewayFailures.Refuse(GatewayFailure.Overloaded);
        var expectedTokens = TokenEstimate.Input(call.Scan!) + Expected(call, call.Plan[0]);
        // A downgraded call comes a second time and is one call to the limits.
        GatewayRefusal? exceeded = null;
        call.Lease ??= limits.Enter(call.Key!, expectedTokens, call.StartedTicks, out exceeded);
        return exceeded ?? await HoldAsync(call, call.Plan[0]);
    }

    /// <summary>Holds for one attempt; a refusal leaves no hold at any level.</summary>
    public async ValueTask<GatewayRefusal?> HoldAsync(GatewayCall call, PlannedAttempt attempt)
    {
        var (strict, expected, cap) = Amounts(call, attempt);
        var answer = await budgets.HoldAsync(Chain(call), call.Key!.Organization.Calendar, call.StartedAt, strict, expected, call.Context.RequestAborted);
        if (!answer.IsHeld) return answer.Refusal is { } refusal ? Refuse(call, refusal) : GatewayFailures.Refuse(GatewayFailure.Overloaded);
        call.Held = new HeldAmount(answer.Hold, strict, expected, cap);
        return null;
    }

    private (decimal Strict, decimal Learned, long? Cap) Amounts(GatewayCall call, PlannedAttempt attempt)
    {
        var scan = call.Scan!;
        long? most = (scan.MaxOutput, attempt.Price.MaxOutput) switch
        {
            ({ } asked, { } model) => Math.Min(asked, model),
            ({ } asked, null) => asked,
            (null, { } model) => model,
            (null, null) => null,
        };
        var strictInForce = call.Key!.Budgets.Any(line => line is { Hold: HoldKind.Strict, Refuses: true });
        var cap = most is null && strictInForce ? DefaultCap : (long?)null;
        var output = (most ?? DefaultCap) * scan.Choices;
        var input = InputCeiling.Tokens(scan, attempt.Price.ContextWindow) ?? LargestContextWindow;
        var strict = attempt.Price.Ceiling(input, output, call.StartedAt);
        var expected = attempt.Price.Expected(Math.Min(input, TokenEstimate.Input(scan)), learned.Expect(call.Key.Id, call.Key.Organization.Id, call.Model, output), call.StartedAt);
        return (strict, Math.Min(strict, expected), cap);
    }

    private long Expected(GatewayCall call, PlannedAttempt attempt) =>
        learned.Expect(call.Key!.Id, call.Key.Organization.Id, call.Model, (call.Scan!.MaxOutput ?? attempt.Price.MaxOutput ?? DefaultCap) * call.Scan.Choices);

    private static IReadOnlyList<BudgetLine> Chain(GatewayCall call) =>
        call.Key!.HasDowngrade ? [.. call.Key.Budgets.Where(line => !line.LetsThrough(call.Model))] : call.Key.Budgets;

    private static GatewayRefusal Refuse(GatewayCall call, BudgetRefusal refusal)
    {
        var view = refusal.View;
        var ends = refusal.Line.PeriodType == PeriodType.Total ? (DateTimeOffset?)null : refusal.ResetsAt;
        var answer = GatewayFailures.Refuse(
            GatewayFailure.BudgetExceeded, refusal.Line.Name,
            ends?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "it is raised or reset",
            Show(view.Spent), Show(view.Held + view.Unknown), Show(view.Limit), Show(refusal.Asked)) with
        {
            BudgetId = refusal.Line.BudgetId,
            ResetsAt = ends,
            DowngradeTo = refusal.Line.Action == BudgetAction.Downgrade ? refusal.Line.DowngradeModel : null,
        };
        if (refusal.Line.Action != BudgetAction.Approval) return answer;
        var request = call.Context.Request;
        var inner = refusal.Line.PeriodType is PeriodType.Daily or PeriodType.Hourly ? $"?period={refusal.Line.PeriodType.ToText()}" : "";
        var link = $"{request.Scheme}://{request.Host}/budgets/{refusal.Line.BudgetId}/request{inner}";
        return answer with { Message = $"{answer.Message} More must be approved: ask at {link}.", RequestUrl = link };
    }

    private static string Show(decimal usd) => usd.ToString("0.00####", CultureInfo.InvariantCulture);
}
