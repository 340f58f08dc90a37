using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>A rate as its author writes it.</summary>
public sealed record ExchangeRateDraft
{
    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; } = "";

    /// <summary>USD for one unit.</summary>
    public decimal UsdPerUnit { get; init; }

    /// <summary>UTC, not in the future; null: now.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }

    public string? Source { get; init; }
}

/// <summary>Adds a rate. Where it is the latest of its currency, every price of the organization in that currency gets a version with it, for calls that begin from now on.</summary>
public sealed class AddExchangeRate(ChangeGate gate, TimeProvider clock)
{
    private const decimal Greatest = 1_000_000;

    public Task<Outcome<ExchangeRate>> RunAsync(Actor actor, Guid organizationId, ExchangeRateDraft draft, CancellationToken token = default) =>
        gate.RunAsync<ExchangeRate>(actor, organizationId, Permission.ManagePrices, "exchange_rate.add", async scope =>
        {
            var now = PriceWords.Stored(clock.GetUtcNow());
            if (Check(draft, now) is { } refusal) return refusal;
            await PriceChanges.LockAsync(scope, token);
            var rate = new ExchangeRate
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                Currency = draft.Currency,
                UsdPerUnit = draft.UsdPerUnit,
                EffectiveFrom = PriceWords.Stored(draft.EffectiveFrom ?? now),
                Source = draft.Source,
                AuthorId = actor.Id,
                CreatedAt = now,
                UpdatedAt = now,
            };
            if (await scope.Db.Set<ExchangeRate>().AnyAsync(r => r.Currency == rate.Currency && r.EffectiveFrom == rate.EffectiveFrom, token))
                return Refusal.Conflict("rate_exists", $"There is a rate of {rate.Currency} from that instant already.");
            var isLatest = await PriceRates.LatestAsync(scope.Db, rate.Currency, now, token) is not { } latest || latest.EffectiveFrom < rate.EffectiveFrom;
            scope.Db.Add(rate);
            if (isLatest) await RenewAsync(scope, rate, actor, now, token);
            scope.Audit(new AuditNote("exchange_rate.add", "exchange_rate", rate.Id, $"{rate.Currency} {rate.UsdPerUnit}", After: draft));
            scope.RefreshGateway();
            return rate;
        }, token);

    private static Refusal? Check(ExchangeRateDraft draft, DateTimeOffset now)
    {
        var faults = new FieldFaults();
        faults.Require(draft.Currency is { Length: 3 } && draft.Currency.All(char.IsAsciiLetterUpper) && draft.Currency != Price.LedgerCurrency,
            "currency", "Must be a currency of three capital letters other than USD.");
        faults.Require(draft.UsdPerUnit is > 0 and <= Greatest && Usd.IsStorable(draft.UsdPerUnit), "usd_per_unit", $"Must be above 0, at most {Greatest:0}, with at most twelve decimals.");
        faults.Require(draft.EffectiveFrom is not { } from || (from <= now && PriceWords.IsStorable(from)), "effective_from", "Must not be in the future: a rate is known on its day.");
        faults.Require(draft.Source is null or { Length: <= 300 }, "source", "Must be at most 300 characters.");
        return faults.Any ? faults.ToRefusal() : null;
    }

    private static async Task RenewAsync(ChangeScope scope, ExchangeRate rate, Actor actor, DateTimeOffset now, CancellationToken token)
    {
        var rows = await scope.Db.Set<PriceRow>().Where(p => p.OrganizationId == scope.OrganizationId && p.Currency == rate.Currency)
            .Where(p => p.EffectiveTo == null || p.EffectiveTo > now).ToListAsync(token);
        foreach (var row in rows)
        {
            row.Details = PriceRates.With(row.Details, rate);
            row.Version++;
            row.UpdatedAt = now;
            scope.Db.Add(PriceTerms.Of(row).ToVersion(row, actor.Id, now));
        }
    }
}
