namespace AiPortal.Core.Vault;

/// <summary>A master key as the database knows it: never the key itself.</summary>
/// <param name="Version">Counts from 1.</param>
/// <param name="Fingerprint">Of the key.</param>
/// <param name="CreatedAt">When a portal first held it.</param>
/// <param name="ActivatedAt">Since when secrets are sealed with it; null: prepared.</param>
/// <param name="DestroyedAt">Since when no portal opens with it.</param>
public sealed record MasterKeyVersion(int Version, string Fingerprint, DateTimeOffset CreatedAt, DateTimeOffset? ActivatedAt, DateTimeOffset? DestroyedAt);

/// <summary>Where the operator keeps the master keys.</summary>
public interface IMasterKeySource
{
    /// <summary>The setting that names it, as <c>Portal:MasterKeyFile</c>.</summary>
    string Setting { get; }

    /// <summary>Whether the portal itself may write a new key there.</summary>
    bool MayMake { get; }

    /// <summary>All keys that are there now, the newest last.</summary>
    /// <param name="quick">Gives what was read before where reading costs more than a look at a file.</param>
    /// <exception cref="Data.StartFault">Nothing can be read, or what is there is no key.</exception>
    IReadOnlyList<Data.Sealing.MasterKey> Read(bool quick);

    /// <summary>Makes a key and keeps it before it is used.</summary>
    void Make();

    /// <summary>Forgets a key where the portal made it itself.</summary>
    void Remove(string fingerprint);
}
