using System.Text.Json;
using System.Text.Json.Serialization;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Backups;

/// <summary>What stands in the clear at the head of a backup. Every chunk is bound to it, so that none of it can be changed.</summary>
/// <param name="Id">Of this file alone.</param>
/// <param name="CreatedAt">The moment of its snapshot.</param>
/// <param name="Schema">The last migration of the database it was made from.</param>
/// <param name="Fingerprint">Of the master key that wraps the file's own key.</param>
/// <param name="Key">The file's own key, wrapped.</param>
/// <param name="MasterKeys">Fingerprints of all master keys that secrets in it are sealed with.</param>
internal sealed record BackupHeader(Guid Id, DateTimeOffset CreatedAt, string Schema, string Fingerprint, byte[] Key, IReadOnlyList<string> MasterKeys)
{
    /// <summary>First line of the file.</summary>
    public const string Magic = "AIPORTAL-BACKUP-1\n";

    private const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The head of the file: magic, length, JSON.</summary>
    public byte[] ToBytes()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, Json);
        var bytes = new byte[Magic.Length + sizeof(int) + json.Length];
        System.Text.Encoding.ASCII.GetBytes(Magic, bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Magic.Length), json.Length);
        json.CopyTo(bytes.AsSpan(Magic.Length + sizeof(int)));
        return bytes;
    }

    /// <summary>Reads the head and leaves the stream at the first chunk.</summary>
    /// <exception cref="BackupFault">It is none.</exception>
    public static (BackupHeader Header, byte[] Bytes) Read(Stream file)
    {
        var head = new byte[Magic.Length + sizeof(int)];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan(0, Magic.Length).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(Magic)))
            throw new BackupFault("This file is no backup that this version can read.");
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(Magic.Length));
        if (length is <= 0 or > MaxBytes) throw new BackupFault("The head of this backup is damaged.");
        var json = new byte[length];
        if (file.ReadAtLeast(json, length, throwOnEndOfStream: false) < length) throw new BackupFault("This backup is cut off: it ends within its head.");
        try
        {
            return (JsonSerializer.Deserialize<BackupHeader>(json, Json) ?? throw new JsonException(), [.. head, .. json]);
        }
        catch (JsonException fault)
        {
            throw new BackupFault("The head of this backup is damaged.", fault);
        }
    }

    /// <summary>What binds the wrapped key to this file.</summary>
    public static string Context(Guid id) => $"backup:{id}";

    /// <summary>A key of its own for a file, and how it stands in the header.</summary>
    public static (byte[] Plain, byte[] Wrapped) NewKey(MasterKey master, Guid id)
    {
        var plain = System.Security.Cryptography.RandomNumberGenerator.GetBytes(MasterKey.Length);
        var wrapped = new byte[MasterKey.NonceSize + MasterKey.Length + MasterKey.TagSize];
        master.Encrypt(plain, System.Text.Encoding.UTF8.GetBytes(Context(id)), wrapped);
        return (plain, wrapped);
    }

    /// <exception cref="BackupFault">None of these keys opens it.</exception>
    public byte[] OpenKey(IReadOnlyList<MasterKey> keys)
    {
        if (keys.FirstOrDefault(key => key.Fingerprint == Fingerprint) is not { } master)
            throw new BackupFault($"This backup was sealed with the master key of fingerprint {Fingerprint}, which is not among those given.");
        if (MasterKeys.FirstOrDefault(needed => keys.All(key => key.Fingerprint != needed)) is { } missing)
            throw new BackupFault($"Secrets in this backup are sealed with the master key of fingerprint {missing}, which is not among those given.");
        try
        {
            return master.Decrypt(Key, System.Text.Encoding.UTF8.GetBytes(Context(Id)));
        }
        catch (Exception fault) when (fault is System.Security.Cryptography.CryptographicException or OverflowException or ArgumentException)
        {
            throw new BackupFault("This backup was altered: its key does not open.", fault);
        }
    }
}
