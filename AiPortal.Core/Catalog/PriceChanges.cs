using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>What making and changing a price have in common.</summary>
internal static class PriceChanges
{
    /// <summary>One change of an organization's prices at a time, so that two cannot overlap unseen.</summary>
    public static Task LockAsync(ChangeScope scope, CancellationToken token)
    {
        var name = "prices:" + scope.OrganizationId;
        return scope.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", token);
    }

    /// <summary>What stands against the row as it is now, or null.</summary>
    public static async Task<Refusal?> RefusalOfAsync(ChangeScope scope, PriceRow row, CancellationToken token)
    {
        if (row.EffectiveTo is { } end && end <= row.EffectiveFrom)
            return Refusal.Field("effective_to", "Must be later than effective_from.");
        if (!row.ToPrice().IsUsable)
            return Refusal.Field("input_price", "More than $100 a token or $1,000,000 a call is taken for a mistake: check the prices and unit_size.");

        var other = await scope.Db.Set<PriceRow>().AsNoTracking()
            .Where(p => p.OrganizationId == scope.OrganizationId && p.Id != row.Id && p.ModelName == row.ModelName)
            .Where(p => row.ProviderId == null ? p.ProviderId == null && p.Vendor == row.Vendor : p.ProviderId == row.ProviderId)
            .Where(p => p.EffectiveTo == null || p.EffectiveTo > row.EffectiveFrom)
            .Where(p => row.EffectiveTo == null || p.EffectiveFrom < row.EffectiveTo)
            .OrderBy(p => p.EffectiveFrom).FirstOrDefaultAsync(token);
        if (other is null) return null;
        var until = other.EffectiveTo is { } to ? $" until {to:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "";
        return Refusal.Conflict("overlapping_price",
            $"Price {other.Id} of the same model is in force from {other.EffectiveFrom:yyyy-MM-dd'T'HH:mm:ss'Z'}{until}. Change that price, or set its effective_to first.");
    }
}
