using AiPortal.Core.Data;
using Npgsql;
using Xunit;

namespace AiPortal.Tests.Fixtures;

/// <summary>A migrated database of its own for a test class: <c>IClassFixture&lt;TestDatabase&gt;</c>.</summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private TestCluster? _cluster;
    private PortalDatabase? _portal;

    public string Name { get; } = "t" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    public PortalDatabase Portal => _portal ?? throw new InvalidOperationException("Not initialized.");

    /// <summary>For what no role of the portal may do. Without a pool.</summary>
    public string Superuser => _cluster?.SuperuserOf(Name) ?? throw new InvalidOperationException("Not initialized.");

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.GetAsync();
        _portal = await _cluster.CloneAsync(Name, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await Portal.DisposeAsync();
        await _cluster!.DropAsync(Name);
    }

    /// <inheritdoc cref="TestCluster.CutAsync"/>
    public Task CutAsync() => _cluster!.CutAsync(Name);

    /// <summary>Ends <see cref="CutAsync"/>.</summary>
    public async Task RestoreAsync()
    {
        await _cluster!.RestoreAsync(Name);
        Portal.System.Clear();
    }

    /// <inheritdoc cref="TestCluster.InterruptAsync"/>
    public async Task InterruptAsync()
    {
        await _cluster!.InterruptAsync(Name);
        Portal.System.Clear();
    }

    /// <summary>The first column of the first row, as the system role.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Portal.System.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>As the system role.</summary>
    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Portal.System.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
