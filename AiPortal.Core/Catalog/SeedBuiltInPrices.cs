using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Catalog;

/// <summary>
/// Brings the built-in rows of the database to the catalogue this version comes with; run at every start. Rows of an older
/// catalogue are ended, not removed, because ledger entries name them.
/// </summary>
public sealed class SeedBuiltInPrices(PortalDatabase database, TimeProvider clock)
{
    /// <summary>How many rows were added, ended or opened again.</summary>
    public async Task<int> RunAsync(CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(token);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('prices:built-in', 0))", token);
        var now = PriceWords.Stored(clock.GetUtcNow());
        var known = await db.Set<PriceRow>().Where(p => p.OrganizationId == null).ToDictionaryAsync(p => p.Id, token);
        var changed = 0;
        foreach (var price in BuiltInCatalogue.Prices)
        {
            if (known.Remove(price.Id, out var row))
            {
                var meant = PriceTerms.Of(PriceRow.Of(price, now));
                var same = PriceTerms.Of(row) with { EffectiveTo = price.EffectiveTo } == meant;
                if (same && row.EffectiveTo == price.EffectiveTo) continue;
                row.EffectiveTo = price.EffectiveTo;
                row.UpdatedAt = now;
                if (!same) ChangeTo(price, row, meant, db, now);
            }
            else
            {
                row = PriceRow.Of(price, now);
                db.Add(row);
                db.Add(PriceTerms.Of(row).ToVersion(row, null, now));
            }

            changed++;
        }

        foreach (var gone in known.Values.Where(row => row.EffectiveTo is null || row.EffectiveTo > now))
        {
            gone.EffectiveTo = now;
            gone.UpdatedAt = now;
            changed++;
        }

        if (changed > 0)
        {
            await db.SaveChangesAsync(token);
            await Notifications.AnnounceConfigurationAsync(db, token);
        }

        await transaction.CommitAsync(token);
        return changed;
    }

    /// <summary>A newer version of the program knows more of a price: what it priced before keeps its version.</summary>
    private static void ChangeTo(Price price, PriceRow row, PriceTerms meant, PortalDb db, DateTimeOffset now)
    {
        var version = row.Version + 1;
        db.Entry(row).CurrentValues.SetValues(PriceRow.Of(price, row.CreatedAt));
        (row.Version, row.UpdatedAt) = (version, now);
        db.Add(meant.ToVersion(row, null, now));
    }
}
