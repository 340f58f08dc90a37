using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Demo;

/// <summary>A call with what it left on the ledger.</summary>
internal sealed record DemoCall(CallLogRow Log, IReadOnlyList<LedgerEntry> Entries, DateTimeOffset EndedAt);

/// <summary>Makes calls as the gateway would have written them: priced by the price in force, some failed, cut short or refused.</summary>
internal sealed class DemoCalls(DemoCompany company, PriceBook prices)
{
    private const double Failed = 0.009;
    private const double Retried = 0.006;
    private const double Left = 0.004;
    private const double Refused = 0.004;
    private const double RoughDay = 0.12;
    private const string RequestType = "chat";

    private static readonly (int? Upstream, int Http, string Code)[] Failures =
        [(503, 502, "upstream_error"), (500, 502, "upstream_error"), (null, 502, "upstream_error"), (null, 504, "upstream_timeout"), (400, 400, "upstream_refused")];

    public DemoCall Make(DemoCaller caller, DemoWorkload workload, DateTimeOffset at, DemoDice dice)
    {
        var model = workload.Choose(dice);
        var attempt = new Draft(caller, model, at, dice.Id(at), dice.Chance(workload.Streamed), dice);
        // Vendors have bad hours: what fails comes in clusters.
        var rough = new DemoDice(((ulong)at.ToUnixTimeSeconds() / 3600 * 31) + (ulong)model.Kind.Length).Chance(RoughDay) ? 3 : 0.7;
        var fate = dice.Next() / rough;
        if (fate < Refused) return Turned(attempt);
        if (fate < Refused + Failed)
        {
            var (upstream, http, code) = dice.Of(Failures);
            var entry = Broken(attempt, 1, final: true, upstream, code, dice.Between(300, code == "upstream_timeout" ? 60_000 : 9000));
            return Call(attempt, [entry], CallStatus.Failed, http, code);
        }

        if (fate < Refused + Failed + Retried)
        {
            var first = Broken(attempt, 1, final: false, 503, "upstream_error", dice.Between(200, 2500));
            return Call(attempt, [first, Served(attempt, 2, workload, first.EndedAt!.Value, cut: false)], CallStatus.Ok, 200, null);
        }

        var left = attempt.Streamed && fate < Refused + Failed + Retried + Left;
        return Call(attempt, [Served(attempt, 1, workload, at, left)], left ? CallStatus.Partial : CallStatus.Ok, left ? 499 : 200, left ? "caller_left" : null);
    }

    private static DemoCall Turned(Draft draft)
    {
        var call = Call(draft, [], CallStatus.Refused, 429, "rate_limit_exceeded");
        call.Log.LatencyMs = draft.Dice.Between(1, 6);
        return call;
    }

    private LedgerEntry Broken(Draft draft, int attempt, bool final, int? upstreamStatus, string code, int latency)
    {
        var entry = Entry(draft, attempt, draft.At, PriceOf(draft), latency);
        (entry.Status, entry.Final, entry.UpstreamStatus, entry.ErrorCode) = (EntryStatus.Failed, final, upstreamStatus, code);
        return entry;
    }

    private LedgerEntry Served(Draft draft, int attempt, DemoWorkload workload, DateTimeOffset at, bool cut)
    {
        var dice = draft.Dice;
        var prompt = dice.Skewed(workload.Input.Least, workload.Input.Most);
        // Caches keep whole blocks.
        var cached = dice.Chance(workload.Cached) ? (int)(prompt * (0.4 + (dice.Next() * 0.5))) / 128 * 128 : 0;
        var output = dice.Skewed(workload.Output.Least, workload.Output.Most);
        var reasoning = draft.Model.Reasons ? dice.Skewed(0, workload.Output.Most) / 64 * 64 : 0;
        if (cut) (output, reasoning) = (Math.Max(1, output / 4), reasoning / 2);
        var usage = Usage.FromTotals(prompt, cached, 0, output + reasoning, reasoning);
        var first = dice.Between(180, 900) + (prompt / 60) + (reasoning * 9);
        var entry = Entry(draft, attempt, at, PriceOf(draft), first + (output * dice.Between(7, 19)));
        var cost = PriceOf(draft).CostOf(usage, new CallFacts(at));
        (entry.Status, entry.UpstreamStatus, entry.TtftMs) = (cut ? EntryStatus.Partial : EntryStatus.Ok, 200, draft.Streamed ? first : null);
        (entry.ErrorCode, entry.Estimated) = (cut ? "caller_left" : null, cut);
        (entry.InputUnits, entry.CachedInputUnits, entry.OutputUnits, entry.ReasoningUnits) = (usage.Input, usage.CachedInput, usage.Output, usage.Reasoning);
        (entry.InputCost, entry.CachedInputCost, entry.OutputCost, entry.ReasoningCost) = (cost.Input, cost.CachedInput, cost.Output, cost.Reasoning);
        entry.TotalCost = cost.Total;
        return entry;
    }

    private LedgerEntry Entry(Draft draft, int attempt, DateTimeOffset at, Price price, int latency)
    {
        var who = draft.Caller.Attribution;
        var account = company.Accounts[draft.Model.Kind];
        return new LedgerEntry
        {
            Id = draft.Dice.Id(at),
            StartedAt = at,
            OrganizationId = who.OrganizationId,
            RequestId = draft.RequestId,
            Attempt = attempt,
            Final = true,
            Kind = EntryKind.Usage,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ProviderId = account.Id,
            ProviderName = account.Name,
            ModelName = draft.Model.Name,
            UpstreamModel = draft.Model.Name,
            RequestType = RequestType,
            CostType = price.CostType,
            PriceId = price.Id,
            PriceVersion = price.Version,
            ClientIp = draft.ClientIp,
            Streamed = draft.Streamed,
            LatencyMs = latency,
            EndedAt = at.AddMilliseconds(latency),
        };
    }

    private static DemoCall Call(Draft draft, IReadOnlyList<LedgerEntry> entries, CallStatus status, int http, string? code)
    {
        var who = draft.Caller.Attribution;
        var last = entries.Count == 0 ? null : entries[^1];
        var end = last?.EndedAt ?? draft.At;
        var log = new CallLogRow
        {
            Id = draft.RequestId,
            StartedAt = draft.At,
            OrganizationId = who.OrganizationId,
            Status = status,
            HttpStatus = http,
            ErrorCode = code,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ModelName = draft.Model.Name,
            ProviderId = last?.ProviderId,
            ProviderName = last?.ProviderName,
            RequestType = RequestType,
            Streamed = draft.Streamed,
            Attempts = entries.Count,
            InputUnits = entries.Sum(entry => entry.InputUnits + entry.CachedInputUnits),
            OutputUnits = entries.Sum(entry => entry.OutputUnits + entry.ReasoningUnits),
            TotalCost = entries.Sum(entry => entry.TotalCost),
            Estimated = entries.Any(entry => entry.Estimated),
            LatencyMs = (int)(end - draft.At).TotalMilliseconds,
            TtftMs = last?.TtftMs,
            ClientIp = draft.ClientIp,
        };
        return new DemoCall(log, entries, end);
    }

    private Price PriceOf(Draft draft) =>
        prices.Find(draft.Caller.Attribution.OrganizationId, company.Accounts[draft.Model.Kind].Id, draft.Model.Kind, draft.Model.Name, draft.At)
        ?? throw new InvalidOperationException($"The catalogue has no price for {draft.Model.Kind} {draft.Model.Name}, which the demo names.");

    private sealed record Draft(DemoCaller Caller, DemoModel Model, DateTimeOffset At, Guid RequestId, bool Streamed, DemoDice Dice)
    {
        // One machine a key, of a network for documentation.
        public string ClientIp { get; } = $"192.0.2.{10 + (Math.Abs(Caller.Plan.Name.Sum(letter => letter)) % 200)}";
    }
}
