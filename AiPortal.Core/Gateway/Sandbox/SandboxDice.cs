using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>Numbers that look random and depend on the request alone (SplitMix64), on every machine and version alike.</summary>
internal struct SandboxDice(ulong seed)
{
    private ulong _state = seed;

    public static SandboxDice For(in ReadOnlySequence<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var segment in body) hash.AppendData(segment.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new SandboxDice(BinaryPrimitives.ReadUInt64LittleEndian(digest));
    }

    public ulong Next()
    {
        var value = _state += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public int Next(int least, int most) => least + (int)(Next() % (ulong)(most - least + 1));
}
