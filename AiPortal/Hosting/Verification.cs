using System.Text.Json;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Hosting;

/// <summary>The <c>verify</c> verb: ledger = rollups = budgets, and every audit chain whole. Exit 1 on any difference.</summary>
internal static class Verification
{
    private static readonly JsonSerializerOptions AnchorJson = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="services">The portal's.</param>
    /// <param name="output">Takes a line for each difference.</param>
    /// <param name="anchor">A file with an anchor that its chain must hold; null: none.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<int> RunAsync(IServiceProvider services, TextWriter output, string? anchor = null, CancellationToken token = default)
    {
        var faults = anchor is null || await HoldsAsync(services.GetRequiredService<AuditList>(), anchor, output, token) ? 0 : 1;
        var seals = services.GetRequiredService<AuditSeals>();
        await using var db = services.GetRequiredService<PortalDatabase>().OpenSystem();
        foreach (var id in await db.Set<Organization>().AsNoTracking().Select(o => o.Id).ToListAsync(token))
        {
            var verdict = await AuditVerification.RunAsync(db, id, seals, token: token);
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

    private static async Task<bool> HoldsAsync(AuditList audit, string path, TextWriter output, CancellationToken token)
    {
        AuditAnchor? anchor;
        try
        {
            await using var file = File.OpenRead(path);
            anchor = await JsonSerializer.DeserializeAsync<AuditAnchor>(file, AnchorJson, token);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            anchor = null;
        }

        var verdict = anchor is { Signature: not null } ? await audit.VerifyAsync(anchor, token) : null;
        var says = (anchor, verdict) switch
        {
            (null, _) => $"{path} is no anchor",
            (_, null) => $"the anchor in {path} is not signed by this installation, or was altered",
            (_, { AnchorOk: true }) => null,
            (_, { AnchorOk: null }) => $"the anchor in {path} is of event {anchor.Sequence}, which retention has taken away",
            _ => $"the audit chain of organization {anchor.OrganizationId} does not hold the anchor in {path}: it was written anew",
        };
        if (says is not null) await output.WriteLineAsync(says);
        return says is null;
    }
}
