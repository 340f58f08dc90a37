using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>Takes a price out of the organization's book. Its versions stay, because ledger entries name them.</summary>
public sealed class RemovePrice(ChangeGate gate)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Guid>(actor, organizationId, Permission.ManagePrices, "price.remove", async scope =>
        {
            var row = await scope.Db.Set<PriceRow>().SingleOrDefaultAsync(p => p.Id == id, token);
            if (row is null) return Refusal.Missing("price");
            if (row.OrganizationId is null) return ChangePrice.BuiltInRefusal(row);
            scope.Db.Remove(row);
            scope.Audit(new AuditNote("price.remove", "price", row.Id, $"{row.Vendor}/{row.ModelName}", Before: PriceTerms.Of(row)));
            scope.RefreshGateway();
            return id;
        }, token);
}
