using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>A price with the name of what it is for: an account's, or the vendor's word.</summary>
public sealed record PriceListing(PriceRow Row, string Provider)
{
    internal static async Task<PriceListing> OfAsync(PortalDb db, PriceRow row, CancellationToken token)
    {
        var name = row.ProviderId is { } id
            ? await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.Id == id).Select(p => p.Name).FirstOrDefaultAsync(token)
            : null;
        return new PriceListing(row, name ?? row.Vendor);
    }
}

/// <summary>What one version of a price said, in force from <c>CreatedAt</c> to the next version's. No author: it came with the program.</summary>
public sealed record PriceVersionListing(int Version, DateTimeOffset CreatedAt, Guid? AuthorId, PriceTerms Terms);

/// <summary>Which prices to list; null members do not filter.</summary>
public sealed record PriceFilter
{
    /// <summary>True: only the common catalogue; false: only the organization's own.</summary>
    public bool? BuiltIn { get; init; }

    /// <summary>An account's name or a vendor's word.</summary>
    public string? Provider { get; init; }

    public string? ModelType { get; init; }

    /// <summary>Part of the model's name, in any letter case.</summary>
    public string? Search { get; init; }

    /// <summary>Only rows in force then.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>The price book as read: the organization's own rows before the built-in ones, each by model name.</summary>
public sealed class PriceList(TenantDb tenants, PortalDatabase database)
{
    public Task<Page<PriceListing>> ReadAsync(Guid organizationId, PriceFilter filter, int limit = Cursor.DefaultLimit,
        (string Text, Guid Id)? after = null, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var prices = db.Set<PriceRow>().AsNoTracking();
            if (filter.BuiltIn is { } builtIn) prices = prices.Where(p => p.OrganizationId == null == builtIn);
            if (filter.ModelType is { } type) prices = prices.Where(p => p.ModelType == type);
            if (filter.Search is { Length: > 0 } search) prices = prices.Where(p => EF.Functions.ILike(p.ModelName, LikePattern.Contains(search), @"\"));
            if (filter.At is { } at) prices = prices.Where(p => p.EffectiveFrom <= at && (p.EffectiveTo == null || p.EffectiveTo > at));
            if (filter.Provider is { } provider)
            {
                var accounts = db.Set<ProviderAccount>().Where(a => a.Name == provider).Select(a => (Guid?)a.Id);
                prices = prices.Where(p => p.ProviderId == null ? p.Vendor == provider : accounts.Contains(p.ProviderId));
            }

            if (after is { } last)
            {
                // The first character says on which of the two parts of the list the page before ended.
                var (afterOwn, name) = (last.Text.StartsWith('1'), last.Text.Length > 0 ? last.Text[1..] : "");
                prices = prices.Where(p => (p.OrganizationId == null && !afterOwn)
                    || (p.OrganizationId == null == afterOwn && EF.Functions.GreaterThan(ValueTuple.Create(p.ModelName, p.Id), ValueTuple.Create(name, last.Id))));
            }

            var rows = await prices.OrderBy(p => p.OrganizationId == null).ThenBy(p => p.ModelName).ThenBy(p => p.Id).Take(limit + 1).ToListAsync(token);
            var names = await db.Set<ProviderAccount>().AsNoTracking().ToDictionaryAsync(a => a.Id, a => a.Name, token);
            return Page<PriceRow>.Of(rows, limit, row => Cursor.Of((row.OrganizationId is null ? "1" : "0") + row.ModelName, row.Id.ToString()))
                .Select(row => new PriceListing(row, row.ProviderId is { } id && names.TryGetValue(id, out var name) ? name : row.Vendor));
        }, token);

    /// <summary>Null when there is none, or it is another organization's.</summary>
    public Task<PriceListing?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
            await db.Set<PriceRow>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, token) is { } row
                ? await PriceListing.OfAsync(db, row, token)
                : null, token);

    /// <summary>The versions of a price, newest first; also of one that was removed.</summary>
    public Task<IReadOnlyList<PriceVersionListing>> VersionsAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<PriceVersionListing>>(organizationId, async db =>
        {
            var versions = await db.Set<PriceVersion>().AsNoTracking().Where(v => v.PriceId == id)
                .OrderByDescending(v => v.Version).Take(Cursor.MaxLimit).ToListAsync(token);
            return [.. versions.Select(v => new PriceVersionListing(v.Version, v.CreatedAt, v.AuthorId, PriceTerms.Parse(v.Terms)))];
        }, token);

    /// <summary>Which of the actor's organizations a price belongs to; a built-in one is seen from his home. Null: none of his.</summary>
    public async Task<Guid?> OrganizationOfAsync(Actor actor, Guid id, CancellationToken token = default)
    {
        var mine = actor.Roles.Keys.Cast<Guid?>().ToArray();
        await using var db = database.OpenSystem();
        var row = await db.Set<PriceRow>().AsNoTracking().Where(p => p.Id == id && (p.OrganizationId == null || mine.Contains(p.OrganizationId)))
            .Select(p => new { p.OrganizationId }).FirstOrDefaultAsync(token);
        return row is null ? null : row.OrganizationId ?? actor.HomeOrganizationId;
    }
}
