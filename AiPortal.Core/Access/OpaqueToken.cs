using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Access;

/// <summary>A random bearer token: shown once, stored as SHA-256 only.</summary>
public readonly record struct OpaqueToken(string Text, byte[] Hash)
{
    private const int RandomBytes = 32;

    /// <param name="prefix">Says what kind it is, so that scanners and people can tell.</param>
    public static OpaqueToken Create(string prefix)
    {
        var text = prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return new OpaqueToken(text, HashOf(text));
    }

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
