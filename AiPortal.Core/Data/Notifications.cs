using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Data;

/// <summary>PostgreSQL channels by which nodes hear of each other's commits.</summary>
public static class Notifications
{
    /// <summary>Keys, providers, prices, budgets or organizations changed.</summary>
    public const string Configuration = "portal_configuration";

    /// <summary>Sent when the surrounding transaction commits.</summary>
    public static Task AnnounceConfigurationAsync(PortalDb db, CancellationToken token) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({Configuration}, '')", token);
}
