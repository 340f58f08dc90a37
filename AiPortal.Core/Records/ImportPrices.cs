using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Records;

/// <summary>What imported usage costs: by the row of the price book that its model or its cost model names, or as it says itself.</summary>
internal sealed class ImportPrices
{
    /// <summary>Stands for the provider of a cost that names none.</summary>
    private const string NoProvider = "import";

    private readonly PriceLookup _lookup;
    private readonly Dictionary<Guid, Price> _byId;

    private ImportPrices(PriceLookup lookup, Dictionary<Guid, Price> byId) => (_lookup, _byId) = (lookup, byId);

    public static async Task<ImportPrices> LoadAsync(PortalDb db, Guid organizationId, IReadOnlyCollection<UsageDraft> drafts, CancellationToken token)
    {
        var ids = drafts.Select(d => d.CostModelId).OfType<Guid>().Distinct().ToArray();
        var rows = await db.Set<PriceRow>().AsNoTracking()
            .Where(p => ids.Contains(p.Id) && (p.OrganizationId == null || p.OrganizationId == organizationId)).ToListAsync(token);
        var lookup = await PriceLookup.LoadAsync(db, organizationId, [.. drafts.Where(d => d.Cost is null).Select(d => d.Model).Distinct()], token);
        return new ImportPrices(lookup, rows.ToDictionary(row => row.Id, row => row.ToPrice()));
    }

    /// <summary>Writes price, units and cost into the entry; faults are named after the field that would have to change.</summary>
    public void Apply(UsageDraft draft, LedgerEntry entry, FieldFaults faults, string at)
    {
        (entry.InputUnits, entry.OutputUnits) = (draft.InputUnits, draft.OutputUnits);
        if (draft.Cost is { } cost)
        {
            entry.ProviderName = draft.Provider ?? NoProvider;
            entry.ProviderId = draft.Provider is { } name ? _lookup.Account(name)?.Id : null;
            entry.CostType = draft.CostType!;
            entry.BaseCost = entry.TotalCost = cost;
            return;
        }

        if (Find(draft, entry.StartedAt, faults, at) is not { } found) return;
        var (price, provider, account) = found;
        if (draft.CostType is { } type) faults.Require(type == price.CostType, at + "cost_type", $"The price is for {price.CostType}.");
        (entry.ProviderName, entry.ProviderId) = (provider, account);
        (entry.CostType, entry.PriceId, entry.PriceVersion, entry.UpstreamModel) = (price.CostType, price.Id, price.Version, price.ModelName);
        try
        {
            var usage = new Usage(draft.InputUnits, 0, 0, draft.OutputUnits, 0);
            var discount = price.DiscountPercent == 0 ? null : new CostNotes { DiscountPercent = price.DiscountPercent };
            var (parts, notes) = price.PricesCalls
                ? SettledCost.Of(price, usage, new CallFacts(entry.StartedAt))
                : (price.CostOfUnits(draft.InputUnits, draft.OutputUnits), discount);
            SettledCost.Write(entry, usage, parts, notes);
        }
        catch (OverflowException)
        {
            entry.TotalCost = CorrectionFaults.MaxAmount + 1;
        }

        faults.Require(entry.TotalCost <= CorrectionFaults.MaxAmount, at + "input_units", $"This would cost more than {CorrectionFaults.MaxAmount:0} USD.");
    }

    private FoundPrice? Find(UsageDraft draft, DateTimeOffset at, FieldFaults faults, string prefix)
    {
        if (draft.CostModelId is { } id)
        {
            if (_byId.GetValueOrDefault(id) is not { } row) faults.Add(prefix + "cost_model_id", "This price does not exist.");
            else if (!row.InForceAt(at)) faults.Add(prefix + "cost_model_id", "This price was not in force then.");
            else if (!row.IsUsable) faults.Add(prefix + "cost_model_id", "This price cannot price anything.");
            else return new FoundPrice(row, draft.Provider ?? row.Vendor, row.ProviderId);
            return null;
        }

        var found = _lookup.Find(draft.Model, draft.Provider, at);
        if (found.Refusal is not { } refusal) return found.Value;
        faults.Add(prefix + (refusal.Errors?.Keys.FirstOrDefault() ?? "model"), refusal.Message);
        return null;
    }
}
