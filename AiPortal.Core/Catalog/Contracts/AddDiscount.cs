using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Money;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Contracts;

/// <summary>A contract's discount as its author writes it.</summary>
public sealed record DiscountDraft
{
    /// <summary>The name of an account, or a vendor's word.</summary>
    public string Provider { get; init; } = "";

    /// <summary>By its name upstream; null: every model.</summary>
    public string? Model { get; init; }

    /// <summary>Above 0, below 100.</summary>
    public decimal Percent { get; init; }

    /// <summary>UTC; null: now.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public DateTimeOffset? EffectiveTo { get; init; }

    /// <summary>The contract.</summary>
    public string? Source { get; init; }
}

/// <summary>Adds a contract's discount. An entry keeps the percentage that it was priced with, whatever becomes of this row.</summary>
public sealed class AddDiscount(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<PriceDiscount>> RunAsync(Actor actor, Guid organizationId, DiscountDraft draft, CancellationToken token = default) =>
        gate.RunAsync<PriceDiscount>(actor, organizationId, Permission.ManagePrices, "discount.add", async scope =>
        {
            var now = PriceWords.Stored(clock.GetUtcNow());
            if (Check(draft, now) is { } refusal) return refusal;
            if (await PriceShelf.FindAsync(scope.Db, draft.Provider, token) is not { } shelf)
                return Refusal.Field("provider", $"'{draft.Provider}' names neither a provider account of this organization nor a vendor.");
            var discount = new PriceDiscount
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                ProviderId = shelf.ProviderId,
                Vendor = shelf.Vendor,
                ModelName = draft.Model,
                Percent = draft.Percent,
                EffectiveFrom = PriceWords.Stored(draft.EffectiveFrom ?? now),
                EffectiveTo = draft.EffectiveTo is { } end ? PriceWords.Stored(end) : null,
                Source = draft.Source,
                AuthorId = actor.Id,
                CreatedAt = now,
                UpdatedAt = now,
            };
            scope.Db.Add(discount);
            scope.Audit(new AuditNote("discount.add", "discount", discount.Id, $"{draft.Provider} {draft.Percent} %", After: draft));
            scope.RefreshGateway();
            return discount;
        }, token);

    private static Refusal? Check(DiscountDraft draft, DateTimeOffset now)
    {
        var faults = new FieldFaults();
        faults.RequireText(draft.Provider, "provider");
        if (draft.Model is { } model) faults.RequireText(model, "model", 256);
        faults.Require(draft.Percent is > 0 and < 100 && Usd.IsStorable(draft.Percent), "percent", "Must be above 0 and below 100.");
        faults.Require(draft.EffectiveFrom is null || PriceWords.IsStorable(draft.EffectiveFrom.Value), "effective_from", "Must be an instant between 2000 and 9000.");
        faults.Require(draft.EffectiveTo is not { } end || (PriceWords.IsStorable(end) && end > (draft.EffectiveFrom ?? now)), "effective_to", "Must be later than effective_from.");
        faults.Require(draft.Source is null or { Length: <= 300 }, "source", "Must be at most 300 characters.");
        return faults.Any ? faults.ToRefusal() : null;
    }
}

/// <summary>Ends a discount for calls that begin from now on; one that has not begun is removed.</summary>
public sealed class EndDiscount(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Guid>(actor, organizationId, Permission.ManagePrices, "discount.end", async scope =>
        {
            if (await scope.Db.Set<PriceDiscount>().SingleOrDefaultAsync(d => d.Id == id, token) is not { } discount) return Refusal.Missing("discount");
            var now = PriceWords.Stored(clock.GetUtcNow());
            if (discount.EffectiveFrom >= now) scope.Db.Remove(discount);
            else if (discount.EffectiveTo is null || discount.EffectiveTo > now) discount.EffectiveTo = now;
            scope.Audit(new AuditNote("discount.end", "discount", discount.Id, $"{discount.Vendor} {discount.Percent:0.##} %"));
            scope.RefreshGateway();
            return id;
        }, token);
}
