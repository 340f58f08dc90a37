using AiPortal.Core.Catalog.Contracts;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog.Import;

/// <summary>One row to write. <c>Own</c> is the organization's price to change, null: a new one. Without a draft it ends.</summary>
internal sealed record ImportStep(Guid? Own, PriceShelf Shelf, PriceDraft? Draft);

/// <summary>What a file does to an organization's book, worked out before anything is written.</summary>
internal sealed class ImportPlan
{
    private readonly List<PriceDiffRow> _diff = [];
    private readonly List<ImportStep> _steps = [];

    public IReadOnlyList<PriceDiffRow> Diff => _diff;

    public IReadOnlyList<ImportStep> Steps => _steps;

    public static async Task<Outcome<ImportPlan>> MakeAsync(
        PortalDb db, Guid organizationId, IReadOnlyList<PriceDraft> drafts, bool endMissing, DateTimeOffset now, CancellationToken token)
    {
        if (drafts.Count == 0) return Refusal.Field("rows", "The file has no prices.");
        var names = drafts.Select(draft => draft.Name).Distinct().ToArray();
        var own = await db.Set<PriceRow>().AsNoTracking().Where(p => p.OrganizationId == organizationId).ToListAsync(token);
        var builtIn = await db.Set<PriceRow>().AsNoTracking().Where(p => p.OrganizationId == null && names.Contains(p.ModelName)).ToListAsync(token);
        var shelves = new Dictionary<string, PriceShelf?>(StringComparer.Ordinal);
        foreach (var provider in drafts.Select(draft => draft.Provider).Distinct()) shelves[provider] = await PriceShelf.FindAsync(db, provider, token);

        var plan = new ImportPlan();
        var faults = new FieldFaults();
        var seen = new HashSet<(PriceShelf, string)>();
        foreach (var (index, written) in drafts.Index())
        {
            var field = $"rows[{index}]";
            var rowFaults = new FieldFaults();
            written.Check(rowFaults);
            if (shelves[written.Provider] is not { } shelf)
            {
                faults.Add(field + ".provider", $"'{written.Provider}' names neither a provider account of this organization nor a vendor.");
                continue;
            }

            if (!seen.Add((shelf, written.Name))) faults.Add(field, $"{written.Provider}/{written.Name} is in the file twice.");
            var rated = rowFaults.Any ? rowFaults.ToRefusal() : await PriceRates.FillAsync(db, written, now, token);
            if (rated.Refusal is { } refusal) faults.Add(field, refusal.Message);
            else plan.Add(rated.Value, shelf, own, builtIn, field, faults, now);
        }

        if (endMissing) plan.EndMissing(own, seen, shelves.Values.OfType<PriceShelf>().ToHashSet(), await NamesAsync(db, token), now);
        return faults.Any ? faults.ToRefusal() : plan;
    }

    private void Add(PriceDraft draft, PriceShelf shelf, List<PriceRow> own, List<PriceRow> builtIn, string field, FieldFaults faults, DateTimeOffset now)
    {
        var mine = own.FindAll(row => row.ModelName == draft.Name && IsOn(row, shelf));
        var current = mine.Find(row => InForce(row, draft.EffectiveFrom ?? now));
        var before = current ?? (shelf.ProviderId is null ? builtIn.Find(row => row.ModelName == draft.Name && row.Vendor == shelf.Vendor && InForce(row, now)) : null);
        // Tiers and the like that the file leaves open stay where the prices they belong to stay.
        var keeps = before is not null && before.Currency == draft.Currency && before.InputPrice == draft.InputPrice && before.OutputPrice == draft.OutputPrice;
        var meant = draft with
        {
            EffectiveFrom = draft.EffectiveFrom ?? current?.EffectiveFrom,
            Details = keeps ? (draft.Details ?? new PriceDetails()).Over(before!.Details) : draft.Details,
        };
        var row = new PriceRow { Id = current?.Id ?? Guid.Empty, OrganizationId = Guid.Empty, Vendor = "", ModelName = "", Version = current?.Version ?? 0 };
        meant.WriteTo(row, shelf, now);
        var after = PriceTerms.Of(row);
        if (before is not null && SaysTheSame(PriceTerms.Of(before), after, current is null))
        {
            _diff.Add(new PriceDiffRow(PriceChangeKind.Same, draft.Provider, draft.Name, before.Id, PriceTerms.Of(before), current is null, after));
            return;
        }

        if (row.EffectiveTo is { } end && end <= row.EffectiveFrom) faults.Add(field + ".effective_to", "Must be later than effective_from.");
        else if (!row.ToPrice().IsUsable) faults.Add(field, "More than $100 a token or $1,000,000 a call is taken for a mistake.");
        var overlapping = mine.Find(other => other.Id != current?.Id && (other.EffectiveTo is not { } to || to > row.EffectiveFrom) && (row.EffectiveTo is not { } until || other.EffectiveFrom < until));
        if (overlapping is not null) faults.Add(field, $"Price {overlapping.Id} of the same model is in force in a part of that time.");
        _diff.Add(new PriceDiffRow(current is null ? PriceChangeKind.Added : PriceChangeKind.Changed, draft.Provider, draft.Name, current?.Id,
            before is null ? null : PriceTerms.Of(before), current is null && before is not null, after));
        _steps.Add(new ImportStep(current?.Id, shelf, meant));
    }

    private void EndMissing(List<PriceRow> own, HashSet<(PriceShelf, string)> seen, HashSet<PriceShelf> shelves, Dictionary<Guid, string> accounts, DateTimeOffset now)
    {
        foreach (var row in own.Where(row => InForce(row, now)))
        {
            var shelf = new PriceShelf(row.ProviderId, row.Vendor);
            if (!shelves.Contains(shelf) || seen.Contains((shelf, row.ModelName))) continue;
            var name = row.ProviderId is { } id && accounts.TryGetValue(id, out var account) ? account : row.Vendor;
            _diff.Add(new PriceDiffRow(PriceChangeKind.Ended, name, row.ModelName, row.Id, PriceTerms.Of(row), false, null));
            _steps.Add(new ImportStep(row.Id, shelf, null));
        }
    }

    private static Task<Dictionary<Guid, string>> NamesAsync(PortalDb db, CancellationToken token) =>
        db.Set<ProviderAccount>().AsNoTracking().ToDictionaryAsync(a => a.Id, a => a.Name, token);

    private static bool IsOn(PriceRow row, PriceShelf shelf) =>
        shelf.ProviderId is { } account ? row.ProviderId == account : row.ProviderId is null && row.Vendor == shelf.Vendor;

    private static bool InForce(PriceRow row, DateTimeOffset at) => row.EffectiveFrom <= at && (row.EffectiveTo is not { } end || at < end);

    /// <summary>Where the figures come from makes no other price; neither does since when, against a built-in one.</summary>
    private static bool SaysTheSame(PriceTerms before, PriceTerms after, bool builtIn) => builtIn
        ? before == after with { Source = before.Source, EffectiveFrom = before.EffectiveFrom }
        : before == after with { Source = before.Source };
}
