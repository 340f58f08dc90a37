using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>What a price is for: one account (with its vendor), or all of the organization's accounts at a vendor.</summary>
public sealed record PriceShelf(Guid? ProviderId, string Vendor)
{
    /// <summary>Reads the member <c>provider</c>: the name of an account comes before a vendor's word. Null when it is neither.</summary>
    internal static async Task<PriceShelf?> FindAsync(PortalDb db, string provider, CancellationToken token)
    {
        var account = await db.Set<ProviderAccount>().AsNoTracking()
            .Where(p => p.Name == provider && p.DeletedAt == null)
            .Select(p => new { p.Id, p.Kind }).FirstOrDefaultAsync(token);
        if (account is not null) return new PriceShelf(account.Id, account.Kind);
        if (PriceWords.Vendors.Contains(provider)) return new PriceShelf(null, provider);
        var isKind = await db.Set<ProviderAccount>().AnyAsync(p => p.Kind == provider, token);
        return isKind ? new PriceShelf(null, provider) : null;
    }
}
