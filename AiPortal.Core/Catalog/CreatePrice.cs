using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;

namespace AiPortal.Core.Catalog;

/// <summary>Adds a row to the organization's price book; it wins over the built-in row of the same model.</summary>
public sealed class CreatePrice(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<PriceListing>> RunAsync(Actor actor, Guid organizationId, PriceDraft draft, CancellationToken token = default) =>
        gate.RunAsync<PriceListing>(actor, organizationId, Permission.ManagePrices, "price.create", async scope =>
        {
            var faults = new FieldFaults();
            draft.Check(faults);
            if (faults.Any) return faults.ToRefusal();
            var rated = await PriceRates.FillAsync(scope.Db, draft, clock.GetUtcNow(), token);
            if (rated.Refusal is { } unrated) return unrated;
            draft = rated.Value;
            await PriceChanges.LockAsync(scope, token);
            var shelf = await PriceShelf.FindAsync(scope.Db, draft.Provider, token);
            if (shelf is null) return Refusal.Field("provider", $"'{draft.Provider}' names neither a provider account of this organization nor a vendor.");

            var now = PriceWords.Stored(clock.GetUtcNow());
            var row = new PriceRow
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                Vendor = shelf.Vendor,
                ModelName = draft.Name,
                CreatedAt = now,
                UpdatedAt = now,
            };
            draft.WriteTo(row, shelf, now);
            if (await PriceChanges.RefusalOfAsync(scope, row, token) is { } refusal) return refusal;

            var terms = PriceTerms.Of(row);
            scope.Db.Add(row);
            scope.Db.Add(terms.ToVersion(row, actor.Id, now));
            scope.Audit(new AuditNote("price.create", "price", row.Id, $"{draft.Provider}/{row.ModelName}", After: terms));
            scope.RefreshGateway();
            return new PriceListing(row, draft.Provider);
        }, token);
}
