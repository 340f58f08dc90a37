using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Core.Vault;

/// <summary>The name by which this process tells what it holds.</summary>
public sealed record VaultNode(string Name);

/// <summary>Keeps this process's master keys as the operator gives them, and seals anew what an old one sealed.</summary>
public sealed class MasterKeyKeeper(
    PortalDatabase database, SecretVault vault, IMasterKeySource source, MasterKeyBook book, MasterKeyHolders holders, VaultNode node, ILogger<MasterKeyKeeper> logger)
    : IDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1);
    private long _unopened;

    /// <summary>Secrets that the last pass could not open; they stay as they are, and with them their master key.</summary>
    public long Unopened => Interlocked.Read(ref _unopened);

    /// <summary>Takes over what the operator gives and the other processes have decided, and tells them.</summary>
    /// <param name="quick">Does not ask a command again.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="StartFault">What is given does not do; what was held stays.</exception>
    public async Task RefreshAsync(bool quick, CancellationToken token)
    {
        await _refreshing.WaitAsync(token);
        try
        {
            vault.Hold(await book.OpenAsync(source.Setting, source.Read(quick), token));
            await holders.TellAsync(node.Name, vault.Held.Masters.Keys, vault.Held.Active, token);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Has the others read anew what the operator gives them.</summary>
    public async Task CallOthersAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        await Notifications.SignalAsync(connection, [VaultWatch.Topic], token);
    }

    /// <summary>Tells the others that this process ends.</summary>
    public Task LeaveAsync(CancellationToken token) => holders.LeaveAsync(node.Name, token);

    /// <summary>
    /// Seals anew what is sealed with another version than the active one. One process of all does it at a time; killed, the next
    /// goes on where it was. Answers whether it was this one's turn.
    /// </summary>
    public async Task<bool> ResealAsync(CancellationToken token)
    {
        await using var connection = await database.System.OpenConnectionAsync(token);
        if (!await LockAsync(connection, "SELECT pg_try_advisory_lock($1)", token)) return false;
        try
        {
            var unopened = 0;
            foreach (var place in book.Places)
            {
                var failed = await place.ResealAsync(connection, vault, token);
                if (failed > 0) logger.LogError("{Count} secrets of {Place} cannot be opened and were not sealed anew", failed, place.Name);
                unopened += failed;
            }

            Interlocked.Exchange(ref _unopened, unopened);
            return true;
        }
        finally
        {
            await LockAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    public void Dispose() => _refreshing.Dispose();

    /// <summary>Whether a version beside the active one may still have secrets.</summary>
    internal async Task<bool> HasOldAsync(CancellationToken token)
    {
        var rows = await book.ReadAsync(token);
        return rows.Any(row => row is { ActivatedAt: not null, DestroyedAt: null } && row.Version < MasterKeyBook.ActiveOf(rows));
    }

    private static async Task<bool> LockAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
#pragma warning disable CA2100 // Texts of this file.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter { Value = MasterKeyBook.Lock + 1 });
        return await command.ExecuteScalarAsync(token) is true;
    }
}
