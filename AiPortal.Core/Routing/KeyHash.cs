using System.Runtime.InteropServices;
using AiPortal.Core.Keys;

namespace AiPortal.Core.Routing;

/// <summary>SHA-256 of a virtual key as a dictionary key. Hashes of secrets, not secrets, are compared, so early exit tells nothing.</summary>
public readonly record struct KeyHash(ulong A, ulong B, ulong C, ulong D)
{
    public static KeyHash Of(ReadOnlySpan<char> secret)
    {
        Span<byte> hash = stackalloc byte[VirtualKeyFormat.HashLength];
        VirtualKeyFormat.Hash(secret, hash);
        return From(hash);
    }

    /// <exception cref="FormatException">Not 32 bytes.</exception>
    public static KeyHash From(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != VirtualKeyFormat.HashLength) throw new FormatException($"A key's hash has {VirtualKeyFormat.HashLength} bytes.");
        var words = MemoryMarshal.Cast<byte, ulong>(hash);
        return new KeyHash(words[0], words[1], words[2], words[3]);
    }

    public override int GetHashCode() => (int)A;
}
