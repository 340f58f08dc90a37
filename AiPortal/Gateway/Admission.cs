using System.Globalization;
using AiPortal.Core.Budgets;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>What one attempt holds, and the output bound to send so that the hold is a true ceiling.</summary>
internal sealed record HeldAmount(BudgetHold Hold, CallAmounts Amounts, long? Cap);

/// <summary>Step 4: is the portal able and the key within its limits; then a hold on every budget over the key.</summary>
internal sealed class Admission(KeyLimits limits, BudgetBook budgets, LearnedOutput learned, Journal journal, Draining draining)
{
    /// <summary>Sent upstream where neither the caller nor the model bounds the output and a strict budget needs a bound.</summary>
    public const long DefaultCap = 4_096;

    /// <summary>For input that nobody can bound at a model whose context window nobody knows: the largest window there is.</summary>
    private const long LargestContextWindow = 2_097_152;

    public async ValueTask<GatewayRefusal?> AdmitAsync(GatewayCall call)
    {
        if (draining.IsStopping) return GatewayFailures.Refuse(GatewayFailure.ShuttingDown);
        if (journal.Status is JournalStatus.Full or JournalStatus.Faulted) return GatewayFailures.Refuse(GatewayFailure.Overloaded);
        var expectedTokens = TokenEstimate.Input(call.Scan!) + Expected(call, call.Plan[0]);
        // A downgraded call comes a second time and is one call to the limits.
        GatewayRefusal? exceeded = null;
        call.Lease ??= limits.Enter(call.Key!, expectedTokens, out exceeded);
        return exceeded ?? await HoldAsync(call, call.Plan[0]);
    }

    /// <summary>Holds for one attempt; a refusal leaves no hold at any level.</summary>
    public async ValueTask<GatewayRefusal?> HoldAsync(GatewayCall call, PlannedAttempt attempt)
    {
        // A model of another kind: its price counts what such a call has not.
        if (!call.Operation.Meters(attempt.Price.BillingUnit)) return GatewayFailures.Refuse(GatewayFailure.ModelUnknown, call.Model) with { Param = "model" };
        var chain = Chain(call, attempt);
        var (amounts, cap) = Amounts(call, attempt, chain);
        var answer = await budgets.HoldAsync(chain, call.Key!.Organization.Calendar, call.StartedAt, amounts, call.Context.RequestAborted);
        if (!answer.IsHeld) return answer.Refusal is { } refusal ? Refuse(call, refusal) : GatewayFailures.Refuse(GatewayFailure.Overloaded);
        call.Held = new HeldAmount(answer.Hold, amounts, cap);
        return null;
    }

    /// <summary>The budgets over the key that this attempt holds for.</summary>
    private static IReadOnlyList<BudgetLine> Chain(GatewayCall call, PlannedAttempt attempt)
    {
        var lines = call.Key!.Budgets;
        return lines.All(Counts) ? lines : [.. lines.Where(Counts)];

        bool Counts(BudgetLine line) => line.Filter.Matches(call.Model, attempt.Account.Id) && !line.LetsThrough(call.Model);
    }

    private (CallAmounts Amounts, long? Cap) Amounts(GatewayCall call, PlannedAttempt attempt, IReadOnlyList<BudgetLine> chain)
    {
        var scan = call.Scan!;
        long? most = (scan.MaxOutput, attempt.Price.MaxOutput) switch
        {
            ({ } asked, { } model) => Math.Min(asked, model),
            ({ } asked, null) => asked,
            (null, { } model) => model,
            (null, null) => null,
        };
        var strictInForce = chain.Any(line => line is { Hold: HoldKind.Strict, Refuses: true, Unit: CountedUnit.Usd or CountedUnit.Tokens });
        var cap = most is null && scan.FixedOutput is null && strictInForce ? DefaultCap : (long?)null;
        var output = scan.FixedOutput ?? (most ?? DefaultCap) * scan.Choices;
        var input = InputCeiling.Tokens(scan, attempt.Price.ContextWindow) ?? LargestContextWindow;
        var strict = attempt.Price.Ceiling(input, output, call.StartedAt, scan.Units);
        var (likelyInput, likelyOutput) = (Math.Min(input, TokenEstimate.Input(scan)), learned.Expect(call.Key!.Id, call.Key.Organization.Id, call.Model, output));
        var expected = attempt.Price.Expected(likelyInput, likelyOutput, call.StartedAt, scan.Units);
        return (new CallAmounts(strict, Math.Min(strict, expected), input + output, likelyInput + likelyOutput), cap);
    }

    private long Expected(GatewayCall call, PlannedAttempt attempt) =>
        learned.Expect(call.Key!.Id, call.Key.Organization.Id, call.Model, call.Scan!.FixedOutput ?? (call.Scan.MaxOutput ?? attempt.Price.MaxOutput ?? DefaultCap) * call.Scan.Choices);

    private static GatewayRefusal Refuse(GatewayCall call, BudgetRefusal refusal)
    {
        var (view, unit) = (refusal.View, refusal.Line.Unit);
        var ends = refusal.Line.PeriodType == PeriodType.Total ? (DateTimeOffset?)null : refusal.ResetsAt;
        var answer = GatewayFailures.Refuse(
            GatewayFailure.BudgetExceeded, refusal.Line.Name,
            ends?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "it is raised or reset",
            Show(view.Spent, unit), Show(view.Held + view.Unknown, unit), Show(view.Limit, unit), Show(refusal.Asked, unit), Help(unit)) with
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

    private static string Show(decimal amount, CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00####} USD"),
        CountedUnit.Tokens => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} tokens"),
        CountedUnit.Requests => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0} {(amount == 1 ? "request" : "requests")}"),
    };

    private static string Help(CountedUnit unit) => unit switch
    {
        CountedUnit.Usd => "A lower output limit, a cheaper model or a larger budget would help.",
        CountedUnit.Tokens => "A shorter prompt, a lower output limit or a larger budget would help.",
        CountedUnit.Requests => "A larger budget would help.",
    };
}
