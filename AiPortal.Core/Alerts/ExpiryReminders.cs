using System.Globalization;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Core.Keys;
using AiPortal.Core.Providers;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Core.Alerts;

/// <summary>Warns of keys and credentials that end within two weeks, once more within three days, and when they have ended.</summary>
public sealed class ExpiryReminders(PortalDatabase database, LiveSignals signals, TimeProvider clock) : IScheduledJob
{
    private static readonly int[] Days = [0, 3, 14];

    public string Name => "expiry-reminders";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var (from, until) = (now.AddDays(-1), now.AddDays(Days[^1]));
        await using var db = database.OpenSystem();
        // A key that nobody used may end in silence as well as another: who made it decides.
        var keys = await db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null && k.Status == KeyStatus.Active && k.ExpiresAt > from && k.ExpiresAt <= until)
            .Select(k => new Ending(k.OrganizationId, k.Id, k.Name, k.ExpiresAt!.Value, false)).ToListAsync(token);
        var credentials = await db.Set<ProviderAccount>().AsNoTracking().Where(p => p.DeletedAt == null && p.Enabled && p.ApiKeyExpiresAt > from && p.ApiKeyExpiresAt <= until)
            .Select(p => new Ending(p.OrganizationId, p.Id, p.Name, p.ApiKeyExpiresAt!.Value, true)).ToListAsync(token);
        var drafts = keys.Concat(credentials).Select(ending => Draft(ending, now)).ToList();
        if (drafts.Count == 0) return "nothing ends soon";

        await using var connection = await database.System.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var raised = await AlertBook.RaiseAsync(connection, drafts, clock, token);
        await transaction.CommitAsync(token);
        foreach (var organization in raised) signals.Raise(AlertBook.Topic(organization));
        return string.Create(CultureInfo.InvariantCulture, $"{keys.Count} keys and {credentials.Count} credentials end soon");
    }

    private static AlertDraft Draft(Ending ending, DateTimeOffset now)
    {
        var stage = Days.First(days => ending.At <= now.AddDays(days));
        var at = ending.At.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var verb = stage == 0 ? "has ended" : "ends soon";
        return new AlertDraft
        {
            OrganizationId = ending.OrganizationId,
            Type = ending.IsCredential ? AlertType.CredentialExpiring : AlertType.KeyExpiring,
            Severity = stage == Days[^1] ? AlertSeverity.Warning : AlertSeverity.Critical,
            // A date set anew is warned of anew.
            Occasion = string.Create(CultureInfo.InvariantCulture, $"{(ending.IsCredential ? "credential" : "key")}_ends:{ending.Id}:{ending.At.ToUnixTimeSeconds()}:{stage}"),
            Title = ending.IsCredential ? $"The credential of '{ending.Name}' {verb}" : $"The key '{ending.Name}' {verb}",
            Message = ending.IsCredential
                ? $"The vendor ends it at {at}. Put a new one in its place under Providers: it is tried before it counts."
                : $"Calls with it are refused from {at} on. Set a later date, or give the application another key.",
            // What the reader's page makes a sentence of in his language.
            ModelName = ending.Name,
            PeriodEnd = ending.At,
        };
    }

    private sealed record Ending(Guid OrganizationId, Guid Id, string Name, DateTimeOffset At, bool IsCredential);
}
