using AiPortal.Core.Data;

namespace AiPortal.Core.Catalog;

/// <summary>What to estimate. Units contain their parts, as on the ledger's records: cached input is inside the input.</summary>
public sealed record CostQuestion
{
    public string Model { get; init; } = "";

    /// <summary>An account's name or a vendor's word; null: the account that would be tried first.</summary>
    public string? Provider { get; init; }

    public long InputUnits { get; init; }

    public long CachedInputUnits { get; init; }

    public long OutputUnits { get; init; }

    public long ReasoningUnits { get; init; }

    /// <summary>How many such calls.</summary>
    public long Count { get; init; } = 1;
}

/// <summary>USD by kind for all calls together, and the price that says so.</summary>
public sealed record CostAnswer(Price Price, string Provider, CostQuestion Question, Cost OneCall)
{
    public Cost Cost { get; } = OneCall.Times(Question.Count);
}

/// <summary>What calls would cost at the prices in force now.</summary>
public sealed class CostEstimate(TenantDb tenants, TimeProvider clock)
{
    private const long MostCalls = 1_000_000;

    public Task<Outcome<CostAnswer>> ReadAsync(Guid organizationId, CostQuestion question, CancellationToken token = default) =>
        tenants.ReadAsync<Outcome<CostAnswer>>(organizationId, async db =>
        {
            var faults = new FieldFaults();
            faults.RequireText(question.Model, "model", 256);
            RequireUnits(faults, question.InputUnits, "input_units");
            RequireUnits(faults, question.OutputUnits, "output_units");
            faults.Require(question.CachedInputUnits >= 0 && question.CachedInputUnits <= question.InputUnits, "cached_input_units", "Is a part of input_units.");
            faults.Require(question.ReasoningUnits >= 0 && question.ReasoningUnits <= question.OutputUnits, "reasoning_units", "Is a part of output_units.");
            faults.Require(question.Count is >= 1 and <= MostCalls, "count", $"Must be 1 to {MostCalls}.");
            if (faults.Any) return faults.ToRefusal();

            var found = (await PriceLookup.LoadAsync(db, organizationId, [question.Model], token)).Find(question.Model, question.Provider, clock.GetUtcNow());
            if (found.IsRefused) return found.Refusal!;
            var (price, provider, _) = found.Value;
            var usage = Usage.FromTotals(question.InputUnits, question.CachedInputUnits, 0, question.OutputUnits, question.ReasoningUnits);
            return new CostAnswer(price, provider, question,
                price.PricesCalls ? price.CostOf(usage, new CallFacts(clock.GetUtcNow())) : price.CostOfUnits(question.InputUnits, question.OutputUnits));
        }, token);

    private static void RequireUnits(FieldFaults faults, long units, string field) =>
        faults.Require(units is >= 0 and <= Usage.MaxCount, field, $"Must be 0 to {Usage.MaxCount}.");
}
