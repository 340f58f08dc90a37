using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Secrets and signatures of Standard Webhooks 1.0: HMAC-SHA256 over <c>{id}.{timestamp}.{body}</c>.</summary>
public static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int Least = 24;
    private const int Most = 64;
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>A new one, as shown to its owner.</summary>
    public static string Make() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>False for what must never sign anything: empty, short, or all alike.</summary>
    public static bool TryRead(string? text, out byte[] secret)
    {
        secret = [];
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 128) return false;
        var bytes = new byte[Most + 3];
        if (!Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) || length is < Least or > Most) return false;
        secret = bytes[..length];
        return secret.Distinct().Count() >= 8;
    }

    /// <summary>The value of <c>webhook-signature</c>: one entry for each secret that is good now.</summary>
    /// <exception cref="ArgumentException">A secret is too short.</exception>
    public static string Sign(IEnumerable<byte[]> secrets, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Good(secret), signed))));
    }

    /// <summary>What a receiver does: the signature fits the body and the timestamp is at most 300 seconds off.</summary>
    /// <exception cref="ArgumentException">The secret is too short.</exception>
    public static bool Verify(byte[] secret, string id, string timestamp, string signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_300_799) return false;
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if ((now - at).Duration() > Tolerance) return false;
        var expected = Encoding.ASCII.GetBytes(Sign([secret], id, at, body));
        return signatures.Split(' ').Any(entry => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(entry)));
    }

    internal static byte[] Seal(SecretVault vault, Guid organizationId, string text) => vault.Seal(Encoding.UTF8.GetBytes(text), Context(organizationId));

    internal static byte[] Open(SecretVault vault, Guid organizationId, byte[] cipher) =>
        TryRead(Encoding.UTF8.GetString(vault.Open(cipher, Context(organizationId))), out var secret) ? secret : throw new CryptographicException("The stored secret is none.");

    private static byte[] Good(byte[] secret) =>
        secret.Length >= Least ? secret : throw new ArgumentException($"A webhook secret has at least {Least} bytes.", nameof(secret));

    private static string Context(Guid organizationId) => $"alert-webhook:{organizationId}";
}
