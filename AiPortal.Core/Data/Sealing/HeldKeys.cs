using System.Collections.Frozen;
using System.Security.Cryptography;

namespace AiPortal.Core.Data.Sealing;

/// <summary>The keys that a process opens and seals with at one moment.</summary>
/// <param name="Masters">By version; an old one stays until nothing is sealed with it any more.</param>
/// <param name="Active">The version that seals.</param>
/// <param name="DataKeys">By name; kept in the database, wrapped by a master key.</param>
public sealed record HeldKeys(FrozenDictionary<int, MasterKey> Masters, int Active, FrozenDictionary<string, byte[]> DataKeys)
{
    /// <summary>Seals texts that are many and kept for a while.</summary>
    public const string Texts = "texts";

    /// <summary>Gives the keys of keyed hashes.</summary>
    public const string Macs = "macs";

    /// <summary>A first master key with new data keys.</summary>
    public static HeldKeys New(MasterKey key) => new(new Dictionary<int, MasterKey> { [1] = key }.ToFrozenDictionary(), 1, NewDataKeys().ToFrozenDictionary());

    internal static Dictionary<string, byte[]> NewDataKeys() => new()
    {
        [Texts] = RandomNumberGenerator.GetBytes(MasterKey.Length),
        [Macs] = RandomNumberGenerator.GetBytes(MasterKey.Length),
    };

    /// <summary>For a name of <see cref="DataKeys"/>.</summary>
    public static string Context(string name) => $"data-key:{name}";
}
