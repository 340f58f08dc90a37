using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Data.Sealing;

/// <summary>
/// The 32 bytes outside the database that wrap what is secret inside it. A process may hold several versions: see
/// <see cref="SecretVault"/>.
/// </summary>
public sealed class MasterKey
{
    public const int Length = 32;

    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    private const int LeastDistinct = 20;
    private readonly byte[] _key;

    /// <exception cref="ArgumentException">Not 32 bytes, or not random: see <see cref="FaultOf"/>.</exception>
    public MasterKey(byte[] key)
    {
        if (FaultOf(key) is { } fault) throw new ArgumentException($"A master key {fault}", nameof(key));
        _key = key;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. "aiportal-master-key"u8, .. key]))[..32];
    }

    /// <summary>Tells keys apart without telling the key.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// What is wrong with bytes that would be a key; null for random ones. Chance gives fewer than 20 different bytes, only
    /// printable ones or even steps less than once in 10^13 keys; samples and passwords nearly always do.
    /// </summary>
    public static string? FaultOf(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length) return "must be base64 of 32 bytes.";
        var seen = new HashSet<byte>();
        var (printable, steps) = (true, new HashSet<byte>());
        for (var i = 0; i < key.Length; i++)
        {
            seen.Add(key[i]);
            printable &= key[i] is >= (byte)' ' and <= (byte)'~';
            if (i > 0) steps.Add((byte)(key[i] - key[i - 1]));
        }

        return seen.Count < LeastDistinct || printable || steps.Count == 1 ? "must be random bytes, as 'openssl rand -base64 32' gives them, and not a sample or a password." : null;
    }

    /// <summary>Base64 of 32 bytes; the fault is one line without the text.</summary>
    public static bool TryParse(string text, out MasterKey? key, out string? fault)
    {
        var bytes = new byte[Length * 2];
        key = null;
        fault = Convert.TryFromBase64String(text, bytes, out var length) ? FaultOf(bytes.AsSpan(0, length)) : "must be base64 of 32 bytes.";
        if (fault is null) key = new MasterKey(bytes[..Length]);
        return fault is null;
    }

    /// <summary>A new one, with the base64 to keep it by.</summary>
    public static (MasterKey Key, string Text) Make()
    {
        while (true)
        {
            var bytes = RandomNumberGenerator.GetBytes(Length);
            if (FaultOf(bytes) is null) return (new MasterKey(bytes), Convert.ToBase64String(bytes));
        }
    }

    /// <summary>Gives nonce, ciphertext and tag.</summary>
    internal void Encrypt(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context, Span<byte> box) => Encrypt(_key, secret, context, box);

    /// <exception cref="CryptographicException">Altered, another key, or another context.</exception>
    internal byte[] Decrypt(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context) => Decrypt(_key, box, context);

    /// <summary>What <see cref="SecretVault.CreateMac"/> used before there were data keys.</summary>
    internal byte[] FormerMacKey(string purpose) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes("mac:" + purpose));

    internal static void Encrypt(byte[] key, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context, Span<byte> box)
    {
        RandomNumberGenerator.Fill(box[..NonceSize]);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(box[..NonceSize], secret, box.Slice(NonceSize, secret.Length), box.Slice(NonceSize + secret.Length, TagSize), context);
    }

    internal static byte[] Decrypt(byte[] key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        var secret = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box.Slice(NonceSize, secret.Length), box[^TagSize..], secret, context);
        return secret;
    }
}
