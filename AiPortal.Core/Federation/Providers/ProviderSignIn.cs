using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Federation.Providers;

/// <summary>Lets in whom a provider's user info names: by an address that the provider has verified, and nobody else.</summary>
public sealed class ProviderSignIn
{
    private readonly AdmitPerson _admit;
    private readonly SignIn _signIn;

    internal ProviderSignIn(AdmitPerson admit, SignIn signIn) => (_admit, _signIn) = (admit, signIn);

    /// <param name="provider">Which says so.</param>
    /// <param name="info">Its user info (OpenID Connect Core 5.3).</param>
    /// <param name="clientIp">For the audit trail.</param>
    /// <param name="token">Cancels it.</param>
    public async Task<Outcome<SignInStep>> RunAsync(IdentityProvider provider, JsonElement info, string? clientIp, CancellationToken token = default)
    {
        var user = await AdmitAsync(provider, info, null, clientIp, token);
        if (user.Refusal is { } refusal) return refusal;
        return await _signIn.AfterAsync(new SignInProof(user.Value, new SignInWay(provider.Id, provider.OrganizationId, provider.TrustSecondFactor)), token);
    }

    /// <summary>The same for <paramref name="actor"/>, who is signed in: from now on he may come in this way too.</summary>
    public async Task<Refusal?> ConnectAsync(Actor actor, IdentityProvider provider, JsonElement info, string? clientIp, CancellationToken token = default)
    {
        if (actor.Owes is not null || actor.RoleIn(provider.OrganizationId) is null) return Refusal.Denied("Finish signing in first.");
        return (await AdmitAsync(provider, info, actor.Id, clientIp, token)).Refusal;
    }

    private async Task<Outcome<PortalUser>> AdmitAsync(IdentityProvider provider, JsonElement info, Guid? connectTo, string? clientIp, CancellationToken token)
    {
        if (Text(info, "sub") is not { Length: > 0 and <= 255 } subject || Text(info, "email") is not { } email || MailDomains.Of(email) is not { } domain)
            return new Refusal(RefusalKind.Forbidden, "provider_silent", "The provider does not say who you are: it gives neither a lasting id nor an address.");
        if (!info.TryGetProperty("email_verified", out var verified) || verified.ValueKind != JsonValueKind.True)
            return new Refusal(RefusalKind.Forbidden, "address_unverified", "The provider has not verified your address. Verify it there, then sign in again.");
        if (provider.Domains.Length > 0 && !provider.Domains.Contains(domain))
            return new Refusal(RefusalKind.Forbidden, "not_in_domain", "Your address is of a domain that does not come in here.");
        var who = new OutsidePerson(provider.OrganizationId, provider.Id, provider.Name, subject, email, Name(info, email)) { NewRole = provider.NewRole, ConnectTo = connectTo, ClientIp = clientIp };
        return await _admit.RunAsync(who, token);
    }

    private static string Name(JsonElement info, string email)
    {
        var name = new string([.. (Text(info, "name") ?? email).Where(c => !char.IsControl(c))]).Trim();
        return name.Length switch { 0 => email, > 200 => name[..200], _ => name };
    }

    private static string? Text(JsonElement info, string member) => info.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
