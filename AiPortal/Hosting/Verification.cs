using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Hosting;

/// <summary>The <c>verify</c> verb: ledger = rollups = budgets, and every audit chain whole. Exit 1 on any difference.</summary>
internal static class Verification
{
    public static async Task<int> RunAsync(IServiceProvider services, TextWriter output, CancellationToken token = default)
    {
        var faults = 0;
        await using var db = services.GetRequiredService<PortalDatabase>().OpenSystem();
        foreach (var id in await db.Set<Organization>().AsNoTracking().Select(o => o.Id).ToListAsync(token))
        {
            var verdict = await AuditVerification.RunAsync(db, id, token: token);
            if (verdict.Ok) continue;
            faults++;
            await output.WriteLineAsync($"audit chain of organization {id} is broken at {verdict.FirstBrokenId} after {verdict.Checked} events");
        }

        foreach (var difference in await LedgerVerify.RunAsync(services.GetRequiredService<PortalDatabase>(), token))
        {
            faults++;
            await output.WriteLineAsync(difference);
        }

        await output.WriteLineAsync(faults == 0 ? "Everything adds up." : $"{faults} differences.");
        return faults == 0 ? 0 : 1;
    }
}
