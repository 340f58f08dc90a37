using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Data;

/// <summary>
/// The 32 bytes that wrap provider credentials and the key ring: AES-256-GCM with the context (row and organization) as
/// associated data, so a ciphertext moved to another row does not open.
/// </summary>
public sealed class MasterKey
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const byte FormatVersion = 1;
    private readonly byte[] _key;

    /// <exception cref="ArgumentException">Not 32 bytes, or all alike.</exception>
    public MasterKey(byte[] key)
    {
        if (key.Length != 32) throw new ArgumentException("A master key is 32 bytes.", nameof(key));
        if (key.Distinct().Count() < 8) throw new ArgumentException("A master key must be random.", nameof(key));
        _key = key;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. "aiportal-master-key"u8, .. key]))[..32];
    }

    /// <summary>Tells keys apart without telling the key.</summary>
    public string Fingerprint { get; }

    /// <summary>Encrypts for one context, as <c>provider:{organization}:{row}</c>.</summary>
    public byte[] Seal(ReadOnlySpan<byte> secret, string context)
    {
        var box = new byte[1 + NonceSize + secret.Length + TagSize];
        box[0] = FormatVersion;
        var nonce = box.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(nonce, secret, box.AsSpan(1 + NonceSize, secret.Length), box.AsSpan(1 + NonceSize + secret.Length), Encoding.UTF8.GetBytes(context));
        return box;
    }

    /// <summary>
    /// HMAC-SHA256 under a key of its own for each purpose: tells whether two texts are the same without letting anybody who reads
    /// the result guess a short one.
    /// </summary>
    public IncrementalHash CreateMac(string purpose) =>
        IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes("mac:" + purpose)));

    /// <exception cref="CryptographicException">Altered, another key, or another context.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string context)
    {
        if (box.Length < 1 + NonceSize + TagSize || box[0] != FormatVersion) throw new CryptographicException("Not a sealed secret.");
        var secret = new byte[box.Length - 1 - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        aes.Decrypt(box.Slice(1, NonceSize), box.Slice(1 + NonceSize, secret.Length), box[^TagSize..], secret, Encoding.UTF8.GetBytes(context));
        return secret;
    }
}
