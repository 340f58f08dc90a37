using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Import;

/// <summary>
/// Brings a file of prices into the organization's book, all of it or nothing. First asked only to show the difference; applied,
/// it makes the rows and versions that the difference names, in force for calls that begin from now on.
/// </summary>
public sealed class ImportCatalogue(ChangeGate gate, TenantDb tenants, TimeProvider clock)
{
    /// <param name="actor">Who imports.</param>
    /// <param name="organizationId">Whose book.</param>
    /// <param name="drafts">The rows of the file.</param>
    /// <param name="endMissing">End own prices of the file's vendors and accounts that the file does not have.</param>
    /// <param name="token">Ends the read.</param>
    public Task<Outcome<PriceDiff>> PreviewAsync(Actor actor, Guid organizationId, IReadOnlyList<PriceDraft> drafts, bool endMissing, CancellationToken token = default)
    {
        if (!actor.May(Permission.ManagePrices, organizationId)) return Task.FromResult<Outcome<PriceDiff>>(Refusal.Denied("Your role does not allow price.import."));
        return tenants.ReadAsync<Outcome<PriceDiff>>(organizationId, async db =>
        {
            var plan = await ImportPlan.MakeAsync(db, organizationId, drafts, endMissing, PriceWords.Stored(clock.GetUtcNow()), token);
            return plan.Refusal is { } refusal ? refusal : new PriceDiff(false, plan.Value.Diff);
        }, token);
    }

    /// <inheritdoc cref="PreviewAsync"/>
    public Task<Outcome<PriceDiff>> RunAsync(Actor actor, Guid organizationId, IReadOnlyList<PriceDraft> drafts, bool endMissing, CancellationToken token = default) =>
        gate.RunAsync<PriceDiff>(actor, organizationId, Permission.ManagePrices, "price.import", async scope =>
        {
            await PriceChanges.LockAsync(scope, token);
            var now = PriceWords.Stored(clock.GetUtcNow());
            var planned = await ImportPlan.MakeAsync(scope.Db, organizationId, drafts, endMissing, now, token);
            if (planned.Refusal is { } refusal) return refusal;
            var plan = planned.Value;
            foreach (var step in plan.Steps)
            {
                var row = step.Own is { } id
                    ? await scope.Db.Set<PriceRow>().SingleAsync(p => p.Id == id, token)
                    : new PriceRow { Id = Ids.New(clock), OrganizationId = organizationId, Vendor = "", ModelName = "", Version = 0, CreatedAt = now };
                if (step.Draft is { } draft) draft.WriteTo(row, step.Shelf, now);
                else row.EffectiveTo = now;
                row.Version++;
                row.UpdatedAt = now;
                if (step.Own is null) scope.Db.Add(row);
                scope.Db.Add(PriceTerms.Of(row).ToVersion(row, actor.Id, now));
            }

            var diff = new PriceDiff(true, plan.Diff);
            scope.Audit(new AuditNote("price.import", "price", null,
                $"{diff.Count(PriceChangeKind.Added)} added, {diff.Count(PriceChangeKind.Changed)} changed, {diff.Count(PriceChangeKind.Ended)} ended",
                After: diff.Rows.Where(row => row.Change != PriceChangeKind.Same).Select(row => new { change = EnumWord.Of(row.Change), row.Provider, row.Model }).ToList()));
            scope.RefreshGateway();
            return diff;
        }, token);
}
