using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Bodies;

/// <summary>Packs a text and seals it under the master key, bound to its organization, call and direction.</summary>
internal sealed class BodySeal(SecretVault vault)
{
    private const int Quality = 3;
    private const int Window = 18;

    public byte[] Close(ReadOnlySpan<byte> text, Guid organizationId, Guid callId, string part)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        if (!BrotliEncoder.TryCompress(text, packed, out var length, Quality, Window)) throw new InvalidOperationException("A text did not fit into its bound.");
        return vault.SealText(packed.AsSpan(0, length), Context(organizationId, callId, part));
    }

    /// <exception cref="CryptographicException">Sealed by another master key, or moved from another row.</exception>
    public string Open(byte[] box, Guid organizationId, Guid callId, string part)
    {
        using var packed = new MemoryStream(vault.Open(box, Context(organizationId, callId, part)));
        using var plain = new BrotliStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Context(Guid organizationId, Guid callId, string part) => $"call_body:{organizationId}:{callId}:{part}";
}

internal static class BodyPart
{
    public const string Request = "request";
    public const string Response = "response";
}
