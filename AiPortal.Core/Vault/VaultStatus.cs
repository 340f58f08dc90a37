using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Vault;

/// <summary>What a version of the master key is for now.</summary>
public enum MasterKeyState
{
    /// <summary>Held, and seals nothing yet.</summary>
    Prepared,

    /// <summary>Seals.</summary>
    Active,

    /// <summary>Opens what is not sealed anew yet.</summary>
    Retiring,

    /// <summary>Opens nothing any more.</summary>
    Destroyed,
}

/// <summary>A version with the number of secrets that are sealed with it.</summary>
public sealed record MasterKeyReading(int Version, string Fingerprint, MasterKeyState State, long Secrets, DateTimeOffset CreatedAt, DateTimeOffset? ActivatedAt, DateTimeOffset? DestroyedAt);

/// <summary>The vault at one moment.</summary>
/// <param name="ActiveVersion">Seals.</param>
/// <param name="Source">The setting that names where the master keys are.</param>
/// <param name="MayMake">Whether the portal may make a new one there itself.</param>
/// <param name="Remaining">Secrets still sealed with an older version.</param>
/// <param name="Unopened">Of those, the ones that could not be opened.</param>
/// <param name="Keys">The newest first.</param>
/// <param name="Nodes">The processes that run.</param>
public sealed record VaultReading(int ActiveVersion, string Source, bool MayMake, long Remaining, long Unopened, IReadOnlyList<MasterKeyReading> Keys, IReadOnlyList<MasterKeyHolder> Nodes);

/// <summary>Reads the vault. It is the whole installation's, and therefore its first organization's to look after.</summary>
public sealed class VaultStatus(MasterKeyBook book, MasterKeyHolders holders, MasterKeyKeeper keeper, IMasterKeySource source, PortalDatabase database)
{
    /// <summary>Whether this actor may look after the vault here.</summary>
    public async Task<bool> MayAsync(Actor actor, Guid organizationId, CancellationToken token = default)
    {
        await using var db = database.OpenSystem();
        return actor.May(Permission.ManageOrganization, organizationId) && await IsFirstAsync(db, organizationId, token);
    }

    public async Task<VaultReading> ReadAsync(CancellationToken token = default)
    {
        var rows = await book.ReadAsync(token);
        var counts = await book.CountAsync(token);
        var active = MasterKeyBook.ActiveOf(rows);
        return new VaultReading(active, source.Setting, source.MayMake, counts.Where(pair => pair.Key < active).Sum(pair => pair.Value), keeper.Unopened,
            [.. rows.Reverse().Select(row => new MasterKeyReading(row.Version, row.Fingerprint, StateOf(row, active), counts.GetValueOrDefault(row.Version), row.CreatedAt, row.ActivatedAt, row.DestroyedAt))],
            await holders.ReadAsync(token));
    }

    internal static Task<bool> IsFirstAsync(PortalDb db, Guid organizationId, CancellationToken token) =>
        db.Database.SqlQuery<bool>($"SELECT NOT EXISTS (SELECT 1 FROM organizations o, organizations mine WHERE mine.id = {organizationId} AND (o.created_at, o.id) < (mine.created_at, mine.id)) AS \"Value\"").SingleAsync(token);

    private static MasterKeyState StateOf(MasterKeyVersion row, int active) => row switch
    {
        { DestroyedAt: not null } => MasterKeyState.Destroyed,
        _ when row.Version == active => MasterKeyState.Active,
        _ => row.Version > active ? MasterKeyState.Prepared : MasterKeyState.Retiring,
    };
}
