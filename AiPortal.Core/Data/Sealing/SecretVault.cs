using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Data.Sealing;

/// <summary>
/// Seals what must be secret in the database. A secret gets a data key of its own (AES-256-GCM), which the active master key wraps;
/// both are bound to the context (table, organization and row) and the wrapping to the master key's version, so that a ciphertext
/// moved to another row, organization or version does not open. Safe from any thread.
/// </summary>
public sealed class SecretVault(HeldKeys held)
{
    // 1: sealed by the master key itself, as portals before the envelope did; it is version 1.
    private const byte Direct = 1;

    // 2: version, wrapped data key, ciphertext.
    private const byte Envelope = 2;

    // 3: salt, ciphertext; the key comes from a data key, the salt and the context.
    private const byte Text = 3;

    private const int VersionSize = sizeof(int);
    private const int SaltSize = 32;
    private const int WrappedSize = MasterKey.NonceSize + MasterKey.Length + MasterKey.TagSize;
    private const int SecretAt = 1 + VersionSize + WrappedSize;
    private const int Overhead = MasterKey.NonceSize + MasterKey.TagSize;
    private volatile HeldKeys _held = held;

    /// <summary>One master key and new data keys: opens what it has sealed itself.</summary>
    public SecretVault(MasterKey key)
        : this(HeldKeys.New(key))
    {
    }

    public HeldKeys Held => _held;

    /// <summary>From now on these count.</summary>
    public void Hold(HeldKeys keys) => _held = keys;

    /// <summary>Seals a secret for one context, as <c>provider:{organization}:{row}</c>.</summary>
    public byte[] Seal(ReadOnlySpan<byte> secret, string context)
    {
        var held = _held;
        var box = new byte[SecretAt + Overhead + secret.Length];
        box[0] = Envelope;
        BinaryPrimitives.WriteInt32BigEndian(box.AsSpan(1), held.Active);
        var dataKey = RandomNumberGenerator.GetBytes(MasterKey.Length);
        held.Masters[held.Active].Encrypt(dataKey, Bound(box.AsSpan(0, 1 + VersionSize), context), box.AsSpan(1 + VersionSize, WrappedSize));
        MasterKey.Encrypt(dataKey, secret, Bound(box.AsSpan(0, 1), context), box.AsSpan(SecretAt));
        CryptographicOperations.ZeroMemory(dataKey);
        return box;
    }

    /// <summary>
    /// Seals a text of which there are many: under a key made from the data key for texts, a salt and the context, so that a new
    /// master key need not touch them.
    /// </summary>
    public byte[] SealText(ReadOnlySpan<byte> text, string context)
    {
        var box = new byte[1 + SaltSize + Overhead + text.Length];
        box[0] = Text;
        RandomNumberGenerator.Fill(box.AsSpan(1, SaltSize));
        MasterKey.Encrypt(TextKey(box.AsSpan(1, SaltSize), context), text, Bound(box.AsSpan(0, 1), context), box.AsSpan(1 + SaltSize));
        return box;
    }

    /// <exception cref="CryptographicException">Altered, another context, or sealed with a master key that this process does not hold.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string context)
    {
        if (box.Length < 1 + Overhead) throw new CryptographicException("Not a sealed secret.");
        switch (box[0])
        {
            case Direct:
                return Master(1).Decrypt(box[1..], Encoding.UTF8.GetBytes(context));
            case Envelope when box.Length >= SecretAt + Overhead:
                var master = Master(BinaryPrimitives.ReadInt32BigEndian(box[1..]));
                var dataKey = master.Decrypt(box.Slice(1 + VersionSize, WrappedSize), Bound(box[..(1 + VersionSize)], context));
                return MasterKey.Decrypt(dataKey, box[SecretAt..], Bound(box[..1], context));
            case Text when box.Length >= 1 + SaltSize + Overhead:
                return MasterKey.Decrypt(TextKey(box.Slice(1, SaltSize), context), box[(1 + SaltSize)..], Bound(box[..1], context));
            default:
                throw new CryptographicException("Not a sealed secret.");
        }
    }

    /// <summary>The version of the master key that a box needs; null for a text under a data key, and for what is no box.</summary>
    public static int? VersionOf(ReadOnlySpan<byte> box) => box switch
    {
        [Direct, ..] => 1,
        [Envelope, _, _, _, _, ..] => BinaryPrimitives.ReadInt32BigEndian(box[1..]),
        _ => null,
    };

    /// <summary>Seals anew what is sealed: by the active master key, with another data key.</summary>
    /// <inheritdoc cref="Open"/>
    public byte[] Reseal(ReadOnlySpan<byte> box, string context) => Seal(Open(box, context), context);

    /// <summary>
    /// HMAC-SHA256 under a key of its own for each purpose: tells whether two texts are the same without letting anybody who reads
    /// the result guess a short one. A new master key changes nothing about it.
    /// </summary>
    public IncrementalHash CreateMac(string purpose)
    {
        var keys = _held.DataKeys;
        return IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256,
            keys.TryGetValue("mac:" + purpose, out var own) ? own : HMACSHA256.HashData(keys[HeldKeys.Macs], Encoding.UTF8.GetBytes("mac:" + purpose)));
    }

    private MasterKey Master(int version) => _held.Masters.TryGetValue(version, out var master)
        ? master
        : throw new CryptographicException($"Sealed with version {version} of the master key, which this process does not hold.");

    private byte[] TextKey(ReadOnlySpan<byte> salt, string context)
    {
        var key = new byte[MasterKey.Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _held.DataKeys[HeldKeys.Texts], key, salt, Encoding.UTF8.GetBytes(context));
        return key;
    }

    private static byte[] Bound(ReadOnlySpan<byte> head, string context) => [.. head, .. Encoding.UTF8.GetBytes(context)];
}
