using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>Changes a price of the organization. What differs makes a new version, in force for calls that begin from now on.</summary>
public sealed class ChangePrice(ChangeGate gate, TimeProvider clock)
{
    /// <param name="overlay">Gives the draft as it shall be from the draft as it is.</param>
    public Task<Outcome<PriceListing>> RunAsync(Actor actor, Guid organizationId, Guid id, Func<PriceDraft, Outcome<PriceDraft>> overlay, CancellationToken token = default) =>
        gate.RunAsync<PriceListing>(actor, organizationId, Permission.ManagePrices, "price.change", async scope =>
        {
            await PriceChanges.LockAsync(scope, token);
            var row = await scope.Db.Set<PriceRow>().SingleOrDefaultAsync(p => p.Id == id, token);
            if (row is null) return Refusal.Missing("price");
            if (row.OrganizationId is null) return BuiltInRefusal(row);

            var before = PriceTerms.Of(row);
            var shown = await PriceListing.OfAsync(scope.Db, row, token);
            var outcome = overlay(PriceDraft.Of(shown));
            if (outcome.Refusal is { } unread) return unread;
            var draft = outcome.Value;
            var faults = new FieldFaults();
            draft.Check(faults);
            if (faults.Any) return faults.ToRefusal();
            var rated = await PriceRates.FillAsync(scope.Db, draft, clock.GetUtcNow(), token);
            if (rated.Refusal is { } unrated) return unrated;
            draft = rated.Value;

            // A price for the vendor stays one, also when an account has taken the vendor's word for its name since.
            var shelf = draft.Provider == shown.Provider
                ? new PriceShelf(row.ProviderId, row.Vendor)
                : await PriceShelf.FindAsync(scope.Db, draft.Provider, token);
            if (shelf is null) return Refusal.Field("provider", $"'{draft.Provider}' names neither a provider account of this organization nor a vendor.");

            var now = PriceWords.Stored(clock.GetUtcNow());
            draft.WriteTo(row, shelf, now);
            if (await PriceChanges.RefusalOfAsync(scope, row, token) is { } refusal) return refusal;

            var after = PriceTerms.Of(row);
            if (after != before)
            {
                row.Version++;
                row.UpdatedAt = now;
                scope.Db.Add(after.ToVersion(row, actor.Id, now));
            }

            scope.Audit(new AuditNote("price.change", "price", row.Id, $"{draft.Provider}/{row.ModelName}", before, after));
            scope.RefreshGateway();
            return new PriceListing(row, draft.Provider);
        }, token);

    internal static Refusal BuiltInRefusal(PriceRow row) => Refusal.Conflict("built_in_price",
        $"The built-in price of {row.Vendor}/{row.ModelName} is common to all organizations. Create a price of your own for this model: it wins.");
}
