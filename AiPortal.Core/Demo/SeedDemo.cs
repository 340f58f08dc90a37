using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Billing;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Demo;

/// <summary>
/// Makes the demo organization with its history, once a database and all of it in one transaction. Its calls get onto the ledger by
/// the way of all calls, so rollups and budgets agree with it.
/// </summary>
public sealed class SeedDemo(PortalDatabase database, LedgerBook book, DraftBill drafts, FinalizeBill finalize, TimeProvider clock, ILogger<SeedDemo> logger)
{
    /// <summary>False where the database has a demo organization already, or nobody to own one.</summary>
    public async Task<bool> RunAsync(CancellationToken token = default)
    {
        var began = clock.GetTimestamp();
        await using var db = database.OpenSystem();
        var administrator = await db.Set<PortalUser>().Where(u => u.IsBootstrap).OrderBy(u => u.CreatedAt).FirstOrDefaultAsync(token);
        if (administrator is null || await db.Set<Organization>().AnyAsync(o => o.IsDemo, token)) return false;

        var now = clock.GetUtcNow();
        var company = new DemoCompany(clock, now.AddDays(-DemoHistory.Days - 1));
        var prices = PriceBook.Create((await db.Set<PriceRow>().AsNoTracking().Where(p => p.OrganizationId == null).ToListAsync(token)).Select(PriceOfRow.Of));
        var history = new DemoHistory(company, prices, now);
        await PrepareMonthsAsync(history, token);
        await using (var transaction = await db.Database.BeginTransactionAsync(token))
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('demo', 0))", token);
            if (await db.Set<Organization>().AnyAsync(o => o.IsDemo, token)) return false;
            await MoveHomeAsync(db, administrator, company, token);
            company.AddOwner(administrator);
            db.AddRange(company.Rows);
            db.AddRange(new DemoBudgets(company, history, now, clock).Make());
            await db.SaveChangesAsync(token);
            var connection = (NpgsqlConnection)db.Database.GetDbConnection();
            var result = await book.AddAsync(connection, history.Entries, [], token);
            await LedgerBook.AddCallsAsync(connection, history.Calls, token);
            var note = new AuditNote("organization.create", "organization", company.Organization.Id, company.Organization.Name);
            await AuditTrail.AppendAsync(new TenantTransaction(db, transaction, company.Organization.Id), note, null, "demo", null, true, clock, token);
            await db.SaveChangesAsync(token);
            await Notifications.AnnounceConfigurationAsync(db, token);
            await transaction.CommitAsync(token);
            result.Committed();
        }

        await BillAsync(company.Organization.Id, history.Today.AddMonths(-1), token);
        logger.LogInformation("Made the demo organization with {Calls} calls in {Seconds:0.0} s", history.Calls.Count, clock.GetElapsedTime(began).TotalSeconds);
        return true;
    }

    private async Task PrepareMonthsAsync(DemoHistory history, CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await book.PrepareAsync(connection, history.Calls.Select(call => call.StartedAt), token);
    }

    /// <summary>Who has only an empty organization so far begins in the full one; he keeps both.</summary>
    private static async Task MoveHomeAsync(PortalDb db, PortalUser person, DemoCompany company, CancellationToken token)
    {
        var home = person.HomeOrganizationId;
        var belongsElsewhere = await db.Set<Membership>().AnyAsync(m => m.UserId == person.Id && m.OrganizationId != home, token);
        var isInUse = await db.Set<ApiKey>().AnyAsync(k => k.OrganizationId == home, token);
        if (!belongsElsewhere && !isInUse) person.HomeOrganizationId = company.Organization.Id;
    }

    /// <summary>Last month's bill, by the way of all bills.</summary>
    private async Task BillAsync(Guid organizationId, DateOnly month, CancellationToken token)
    {
        var actor = Actor.ForSystem("demo", organizationId);
        var period = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var draft = await drafts.RunAsync(actor, organizationId, new BillDraft { Period = period }, token);
        var final = await finalize.RunAsync(actor, organizationId, draft.Value.Id, token);
        if (final.Refusal is { } refusal) throw new InvalidOperationException($"The demo's bill was refused: {refusal.Message}");
    }
}
