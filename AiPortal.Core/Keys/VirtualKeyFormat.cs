using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Keys;

/// <summary>
/// The shape of a virtual key: <c>sk-ap-</c>, 40 random base62 characters, 6 of checksum (CRC-32 of the 40, base62, zero-padded).
/// The checksum lets secret scanners and the gateway tell a mistyped key from an unknown one; it is no proof of anything.
/// </summary>
public static class VirtualKeyFormat
{
    public const string Marker = "sk-ap-";
    public const int Length = 6 + SecretLength + ChecksumLength;
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int SecretLength = 40;
    private const int ChecksumLength = 6;
    private const int ShownSecretLength = 4;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new key; 40 characters are 238 bits. Shown to its owner once and kept only as its hash.</summary>
    public static string Generate() => string.Create(Length, 0, static (key, _) =>
    {
        Marker.CopyTo(key);
        var secret = key.Slice(Marker.Length, SecretLength);
        RandomNumberGenerator.GetItems(Alphabet, secret);
        WriteChecksum(secret, key[^ChecksumLength..]);
    });

    /// <summary>Whether marker, alphabet and checksum are right. Does the same work for every text of the right length.</summary>
    public static bool IsWellFormed([NotNullWhen(true)] string? key) => IsWellFormed(key.AsSpan());

    /// <inheritdoc cref="IsWellFormed(string?)"/>
    public static bool IsWellFormed(ReadOnlySpan<char> key)
    {
        if (key.Length != Length) return false;

        var difference = 0;
        for (var i = 0; i < Marker.Length; i++) difference |= key[i] ^ Marker[i];

        var secret = key.Slice(Marker.Length, SecretLength);
        foreach (var character in secret) difference |= char.IsAsciiLetterOrDigit(character) ? 0 : 1;

        Span<char> expected = stackalloc char[ChecksumLength];
        WriteChecksum(secret, expected);
        var given = key[^ChecksumLength..];
        for (var i = 0; i < ChecksumLength; i++) difference |= given[i] ^ expected[i];
        return difference == 0;
    }

    /// <summary>SHA-256 of the key's UTF-8 bytes: what the database and the snapshot know of it.</summary>
    public static byte[] Hash(ReadOnlySpan<char> key)
    {
        var hash = new byte[HashLength];
        Hash(key, hash);
        return hash;
    }

    /// <summary>Writes the hash to the first 32 bytes of <paramref name="hash"/>. Allocates nothing for texts up to 256 characters.</summary>
    public static void Hash(ReadOnlySpan<char> key, Span<byte> hash)
    {
        const int OnStack = 768;
        var size = Encoding.UTF8.GetMaxByteCount(key.Length);
        var bytes = size <= OnStack ? stackalloc byte[OnStack] : new byte[size];
        var written = Encoding.UTF8.GetBytes(key, bytes);
        SHA256.HashData(bytes[..written], hash);
        bytes[..written].Clear();
    }

    /// <summary>What may be shown and searched for after creation, such as <c>sk-ap-AbCd…</c>.</summary>
    public static string DisplayPrefix(ReadOnlySpan<char> key) =>
        string.Concat(key[..Math.Min(key.Length, Marker.Length + ShownSecretLength)], "…");

    private static void WriteChecksum(ReadOnlySpan<char> secret, Span<char> checksum)
    {
        var crc = uint.MaxValue;
        foreach (var character in secret)
        {
            crc ^= (byte)character;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }

        crc = ~crc;
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            checksum[i] = Alphabet[(int)(crc % 62)];
            crc /= 62;
        }
    }
}
