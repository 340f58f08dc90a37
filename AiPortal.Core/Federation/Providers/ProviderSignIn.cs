using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Federation.Providers;

/// <summary>Lets in whom a provider's user info names: by an address that the provider has verified, and nobody else.</summary>
public sealed class ProviderSignIn
{
    private readonly AdmitPerson _admit;

    internal ProviderSignIn(AdmitPerson admit) => _admit = admit;

    /// <param name="provider">Which says so.</param>
    /// <param name="info">Its user info (OpenID Connect Core 5.3).</param>
    /// <param name="clientIp">For the audit trail.</param>
    /// <param name="token">Cancels it.</param>
    public async Task<Outcome<SignInStep>> RunAsync(IdentityProvider provider, JsonElement info, string? clientIp, CancellationToken token = default)
    {
        if (Text(info, "sub") is not { Length: > 0 and <= 255 } subject || Text(info, "email") is not { } email || MailDomains.Of(email) is not { } domain)
            return new Refusal(RefusalKind.Forbidden, "provider_silent", "The provider does not say who you are: it gives neither a lasting id nor an address.");
        if (!info.TryGetProperty("email_verified", out var verified) || verified.ValueKind != JsonValueKind.True)
            return new Refusal(RefusalKind.Forbidden, "address_unverified", "The provider has not verified your address. Verify it there, then sign in again.");
        if (provider.Domains.Length > 0 && !provider.Domains.Contains(domain))
            return new Refusal(RefusalKind.Forbidden, "not_in_domain", "Your address is of a domain that does not come in here.");
        var who = new OutsidePerson(provider.OrganizationId, provider.Id, provider.Name, subject, email, Name(info, email)) { NewRole = provider.NewRole, ClientIp = clientIp };
        var user = await _admit.RunAsync(who, token);
        if (user.Refusal is { } refusal) return refusal;
        return SignIn.After(new SignInProof(user.Value, new SignInWay(provider.Id, provider.OrganizationId, provider.TrustSecondFactor)));
    }

    private static string Name(JsonElement info, string email)
    {
        var name = new string([.. (Text(info, "name") ?? email).Where(c => !char.IsControl(c))]).Trim();
        return name.Length switch { 0 => email, > 200 => name[..200], _ => name };
    }

    private static string? Text(JsonElement info, string member) => info.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
