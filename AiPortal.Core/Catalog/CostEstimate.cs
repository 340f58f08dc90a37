using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

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
    public Cost Cost { get; } = new(
        OneCall.Input * Question.Count, OneCall.CachedInput * Question.Count, OneCall.CacheWrite * Question.Count,
        OneCall.Output * Question.Count, OneCall.Reasoning * Question.Count, OneCall.Base * Question.Count);
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

            var found = await FindAsync(db, organizationId, question, token);
            if (found.IsRefused) return found.Refusal!;
            var (price, provider) = found.Value;
            var usage = Usage.FromTotals(question.InputUnits, question.CachedInputUnits, 0, question.OutputUnits, question.ReasoningUnits);
            return new CostAnswer(price, provider, question,
                price.PricesCalls ? price.CostOf(usage) : price.CostOfUnits(question.InputUnits, question.OutputUnits));
        }, token);

    private async Task<Outcome<(Price Price, string Provider)>> FindAsync(PortalDb db, Guid organizationId, CostQuestion question, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var accounts = await db.Set<ProviderAccount>().AsNoTracking().Where(a => a.DeletedAt == null)
            .OrderBy(a => a.Priority).ThenBy(a => a.Name).ToListAsync(token);
        string[] names = [question.Model, .. accounts.Select(a => a.ModelMap.GetValueOrDefault(question.Model)).OfType<string>()];
        var rows = await db.Set<PriceRow>().AsNoTracking().Where(p => names.Contains(p.ModelName)).ToListAsync(token);
        var book = PriceBook.Create(rows.Select(row => row.ToPrice()));
        var missing = new Refusal(RefusalKind.NotFound, "model_not_priced", $"No price is in force for the model '{question.Model}'" +
            (question.Provider is null ? "." : $" at '{question.Provider}'."));

        if (question.Provider is { } asked)
        {
            if (accounts.Find(a => a.Name == asked) is { } named) return Priced(named) is { } its ? (its, asked) : missing;
            return book.Find(organizationId, Guid.Empty, asked, question.Model, now) is { } vendors ? (vendors, asked) : missing;
        }

        foreach (var account in accounts.Where(a => a.Enabled && (a.Models is null || a.Models.Contains(question.Model))))
        {
            if (Priced(account) is { } price) return (price, account.Name);
        }

        var known = rows.Where(row => row.ProviderId is null).Select(row => row.Vendor).Distinct().Order(StringComparer.Ordinal)
            .Select(vendor => (Price: book.Find(organizationId, Guid.Empty, vendor, question.Model, now), Vendor: vendor))
            .Where(found => found.Price is not null).ToList();
        return known.Count switch
        {
            0 => missing,
            1 => (known[0].Price!, known[0].Vendor),
            _ => Refusal.Field("provider", $"Several vendors have a price for this model; name one: {string.Join(", ", known.Select(k => k.Vendor))}."),
        };

        Price? Priced(ProviderAccount account) =>
            book.Find(organizationId, account.Id, account.Kind, account.ModelMap.GetValueOrDefault(question.Model) ?? question.Model, now);
    }

    private static void RequireUnits(FieldFaults faults, long units, string field) =>
        faults.Require(units is >= 0 and <= Usage.MaxCount, field, $"Must be 0 to {Usage.MaxCount}.");
}
