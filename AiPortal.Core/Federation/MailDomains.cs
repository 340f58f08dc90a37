using System.Net.Mail;

namespace AiPortal.Core.Federation;

/// <summary>The part of an address behind its @.</summary>
internal static class MailDomains
{
    public static bool IsOne(string domain) => domain.Length <= 253 && Uri.CheckHostName(domain) == UriHostNameType.Dns && !domain.EndsWith('.');

    public static string[] Plain(IEnumerable<string> domains) => [.. domains.Select(domain => domain.Trim().ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Null for what is no address.</summary>
    public static string? Of(string email) => email.Length <= 254 && MailAddress.TryCreate(email, out var address) && address.Address == email ? address.Host.ToLowerInvariant() : null;
}
