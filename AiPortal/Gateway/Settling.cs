using AiPortal.Core.Bodies;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Responses;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Counting;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Core.Routing;
using AiPortal.Gateway.Telemetry;

namespace AiPortal.Gateway;

/// <summary>
/// Step 7, and the beginnings it needs: an intent in the journal before anything is sent, a settlement whatever happened. Nothing
/// here waits or can be cancelled.
/// </summary>
internal sealed class Settling(
    Journal journal, LedgerWriter ledger, LearnedOutput learned, BodyWriter bodies, GatewayMetrics metrics, GenAiMetrics genAi, FaultPoints faults, ResponsePins pins, Draining draining, TimeProvider clock)
{
    public GatewayCall Begin(HttpContext context, GatewayOperation operation, CallTarget target)
    {
        metrics.Began();
        var call = new GatewayCall(context, operation, target, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp())
        {
            IsWaitedFor = draining.Enter(),
            PortalEnds = draining.Over,
        };
        CallTracing.Begin(call);
        return call;
    }

    /// <summary>Journals the intent; from here on the attempt is on the ledger.</summary>
    /// <exception cref="JournalUnavailableException">Nothing may be sent.</exception>
    public CallAttempt Open(GatewayCall call, PlannedAttempt plan)
    {
        var held = call.Held!;
        var intent = new Intent
        {
            EntryId = Ids.New(clock),
            RequestId = call.RequestId,
            Attempt = call.Attempts.Count + 1,
            StartedAt = call.StartedAt,
            Attribution = call.Key!.Attribution,
            ProviderId = plan.Account.Id,
            ProviderName = plan.Account.Name,
            ModelName = call.Model,
            DowngradedFrom = call.DowngradedFrom,
            UpstreamModel = plan.UpstreamModel,
            RequestType = call.Operation.RequestType,
            PriceId = plan.Unpriced ? null : plan.Price.Id,
            PriceVersion = plan.Unpriced ? 0 : plan.Price.Version,
            HeldUsd = Usd.Round12(Most(held, CountedUnit.Usd, held.Amounts.LearnedUsd)),
            HeldTokens = (long)Most(held, CountedUnit.Tokens, held.Amounts.LearnedTokens),
            Holds = [.. held.Hold.Lines.Select(line => new IntentHold(line.Key.BudgetId, line.Key.PeriodType, line.Key.PeriodStart, line.Amount) { Unit = line.Unit })],
            SessionId = call.Labels.SessionId,
            WorkflowId = call.Labels.WorkflowId,
            AccountId = call.Labels.AccountId,
            ClientIp = call.ClientAddress?.ToString(),
            Tags = call.Labels.Tags,
            Streamed = call.Scan!.Stream,
        };
        faults.Pass(FaultPoint.HoldCommitted);
        journal.Append(intent);
        faults.Pass(FaultPoint.IntentWritten);
        call.Held = null;
        if (call.Key.Organization.Bodies is { } policy) call.Capture ??= bodies.Begin(call.Key.Organization.Id, call.RequestId, call.StartedAt, policy);
        var attempt = new CallAttempt(plan, held, intent, clock.GetTimestamp());
        call.Attempts.Add(attempt);
        CallTracing.Begin(call, attempt);
        return attempt;
    }

    /// <summary>Prices the attempt and ends its hold.</summary>
    public void Close(CallAttempt attempt, AttemptOutcome outcome)
    {
        if (attempt.Outcome is not null) return;
        (attempt.Outcome, attempt.EndedTicks) = (outcome, clock.GetTimestamp());
        if (outcome.Status == EntryStatus.Unknown)
        {
            attempt.Held.Hold.Unknown();
            return;
        }

        if (!SettledCost.IsFree(outcome.Status, outcome.Usage))
        {
            var facts = new CallFacts(attempt.Intent.StartedAt, outcome.ServiceTier, outcome.Region, outcome.ReportedCost);
            (attempt.Cost, attempt.Notes) = SettledCost.Of(attempt.Plan.Price, outcome.Usage, facts);
        }

        attempt.Held.Hold.Settle(attempt.Cost.Total, outcome.Usage.Total, CountedAmounts.IsServed(outcome.Status) ? 1 : 0);
        if (outcome is { Status: EntryStatus.Ok, Estimated: false })
            learned.Observe(attempt.Intent.Attribution.KeyId!.Value, attempt.Intent.Attribution.OrganizationId, attempt.Intent.ModelName, outcome.Usage.TotalOutput);
    }

    /// <summary>Journals the settlement of a closed attempt.</summary>
    public void Record(CallAttempt attempt, bool final)
    {
        if (attempt.Settlement is not null || attempt.Outcome is not { } outcome) return;
        // Before the answer is whole: what goes on from it may come the moment after.
        if (outcome.ResponseId is { } response && ResponsesOperation.MakesThem(attempt.Plan.Account.Kind))
            pins.Note(attempt.Intent.Attribution.KeyId!.Value, response, attempt.Plan.Account.Id);
        attempt.Settlement = new Settlement
        {
            EntryId = attempt.Intent.EntryId,
            Status = outcome.Status,
            Estimated = outcome.Estimated || attempt.Plan.Unpriced || attempt.Notes?.TierUnpriced == true,
            Final = final,
            Usage = outcome.Usage,
            Cost = attempt.Cost,
            LatencyMs = (int)Math.Min(int.MaxValue, clock.GetElapsedTime(attempt.StartedTicks, attempt.EndedTicks).TotalMilliseconds),
            TtftMs = attempt.TtftMs,
            EndedAt = clock.GetUtcNow(),
            UpstreamRequestId = outcome.UpstreamRequestId,
            UpstreamStatus = outcome.UpstreamStatus,
            ErrorCode = outcome.ErrorCode,
            AboveCeiling = IsAboveCeiling(attempt, outcome),
            ServiceTier = outcome.ServiceTier,
            Notes = attempt.Notes,
        };
        journal.Append(attempt.Settlement);
        genAi.Record(attempt, outcome);
        CallTracing.End(attempt, outcome);
    }

    /// <summary>Gives back whatever is left, posts everything to the ledger writer.</summary>
    public void End(GatewayCall call)
    {
        call.Held?.Hold.Release();
        var last = call.Attempts.Count > 0 ? call.Attempts[^1] : null;
        if (last is not null)
        {
            // Nobody closed it: something broke on our side after it may have been sent.
            Close(last, new AttemptOutcome(EntryStatus.Unknown) { ErrorCode = "interrupted" });
            Record(last, final: true);
        }

        call.Lease?.Leave(call.Attempts.Sum(attempt => attempt.Outcome!.Usage.Total));
        var row = call.Key is null ? null : CallRows.Of(call, Elapsed(call.StartedTicks));
        foreach (var attempt in call.Attempts) ledger.Post(attempt.Intent, attempt.Settlement!, attempt == last ? row : null);
        if (last is null && row is not null) ledger.Post(row);
        metrics.Ended(call, Elapsed(call.StartedTicks));
        CallTracing.End(call);
        if (call.Capture is { } capture)
        {
            // A form has sound or images, which are no text that could be redacted.
            if (call.Target.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) != true) capture.KeepRequest(call.Bytes);
            bodies.Post(capture);
        }

        call.Body?.Dispose();
        if (call.IsWaitedFor) draining.Leave();
    }

    public int Elapsed(long ticks) => (int)Math.Min(int.MaxValue, clock.GetElapsedTime(ticks).TotalMilliseconds);

    /// <summary>An unknown outcome counts at the largest amount any of its budgets held; without budgets, at the expected amount.</summary>
    private static decimal Most(HeldAmount held, CountedUnit unit, decimal most)
    {
        foreach (var line in held.Hold.Lines.Where(line => line.Unit == unit)) most = Math.Max(most, line.Amount);
        return most;
    }

    private static bool IsAboveCeiling(CallAttempt attempt, AttemptOutcome outcome) =>
        attempt.Cost.Total > attempt.Held.Amounts.StrictUsd
        || (outcome.Usage.Total > attempt.Held.Amounts.StrictTokens && attempt.Held.Hold.Lines.Any(line => line.Unit == CountedUnit.Tokens));
}
