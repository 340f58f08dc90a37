using AiPortal.Core.Backups;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Vault;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Backups;

/// <summary>A database that a portal with the demo has filled and left, and a backup of it.</summary>
public sealed class BackupSource : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aiportal-backup-").FullName;
    private readonly PortalHost _host = new PortalHost().With("Portal:Demo", "true");

    internal TestDatabase Database => _host.Database;

    internal SecretVault Vault { get; private set; } = null!;

    internal IReadOnlyList<MasterKey> Keys => [.. Vault.Held.Masters.Values];

    internal string File => Path.Combine(_directory, "demo.backup");

    internal BackupReport Report { get; private set; } = null!;

    private IReadOnlyList<ISealedPlace> Places { get; set; } = [];

    public async Task InitializeAsync()
    {
        await _host.InitializeAsync();
        Vault = _host.Services.GetRequiredService<SecretVault>();
        Places = [.. _host.Services.GetServices<ISealedPlace>()];
        await _host.StopAsync();
        Report = await Writer().RunAsync(File);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal WriteBackup Writer() => new(Database.Portal, new MasterKeyBook(Database.Portal, Places, TimeProvider.System), Vault, TimeProvider.System);

    internal string NewPath() => Path.Combine(_directory, Path.GetRandomFileName());

    /// <summary>Rows and what they are, by table.</summary>
    internal static async Task<Dictionary<string, string>> ContentAsync(TestDatabase database)
    {
        var tables = await database.ScalarAsync<string[]>("""
            SELECT array_agg(relname ORDER BY relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname NOT IN ('schema_migrations', 'master_key_holders')
            """);
        var content = new Dictionary<string, string>();
        foreach (var table in tables)
            content[table] = await database.ScalarAsync<string>($"SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM \"{table}\" t");
        return content;
    }
}
