using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Federation.Providers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace AiPortal.Federation.Providers;

/// <summary>What one provider's sign-in needs; made anew for each from the database, so that a change counts at once.</summary>
internal sealed class ProviderOptions : OAuthOptions
{
    public IdentityProvider Provider { get; init; } = null!;
}

/// <summary>Says in a stable code why a provider's answer is not taken.</summary>
internal sealed class ProviderFault(string code) : Exception("The provider's answer is not taken: " + code)
{
    public string Code { get; } = code;
}

/// <summary>
/// The framework's OAuth handler (state bound to this browser, code, PKCE S256), with what OpenID Connect adds: a nonce, and an identity
/// token that must fit it. That token comes straight from the provider over TLS, which stands for its signature (OpenID Connect Core
/// 3.1.3.7); who the person is, its user info says.
/// </summary>
internal sealed class ProviderHandler(IOptionsMonitor<ProviderOptions> options, ILoggerFactory logger, UrlEncoder encoder, TimeProvider clock)
    : OAuthHandler<ProviderOptions>(options, logger, encoder)
{
    private const string Nonce = "nonce";
    private const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        properties.Items[Nonce] = nonce;
        // The state is sealed in there, so the nonce must be among the properties by now.
        var address = base.BuildChallengeUrl(properties, redirectUri);
        return Options.Provider.Issuer is null ? address : Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(address, Nonce, nonce);
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Options.UserInformationEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = await Backchannel.SendAsync(request, Context.RequestAborted);
        if (!answer.IsSuccessStatusCode) throw new ProviderFault("provider_silent");
        await answer.Content.LoadIntoBufferAsync(MostBytes, Context.RequestAborted);
        using var info = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Context.RequestAborted));
        if (Options.Provider.Issuer is { } issuer) CheckIdentityToken(tokens, properties, issuer, info.RootElement);
        Context.Items[typeof(ProviderHandler)] = info.RootElement.Clone();
        return new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
    }

    private void CheckIdentityToken(OAuthTokenResponse tokens, AuthenticationProperties properties, string issuer, JsonElement info)
    {
        if (tokens.Response?.RootElement.TryGetProperty("id_token", out var given) != true || given.GetString()?.Split('.') is not [_, var payload, _]) throw new ProviderFault("token_missing");
        JsonElement token;
        try
        {
            token = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(payload));
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw new ProviderFault("token_missing");
        }

        var now = clock.GetUtcNow();
        var fits = Text(token, "iss") == issuer
            && IsFor(token, Options.ClientId)
            && token.TryGetProperty("exp", out var ends) && ends.TryGetInt64(out var second) && now < DateTimeOffset.FromUnixTimeSeconds(second) + Skew
            && Text(token, Nonce) is { } nonce && properties.Items.TryGetValue(Nonce, out var asked) && nonce == asked
            && Text(token, "sub") is { Length: > 0 } subject && subject == Text(info, "sub");
        if (!fits) throw new ProviderFault("token_unfit");
    }

    private static bool IsFor(JsonElement token, string clientId) => token.TryGetProperty("aud", out var audience) && audience.ValueKind switch
    {
        JsonValueKind.String => audience.GetString() == clientId,
        // One of several: the token must say that it was made for us.
        JsonValueKind.Array => audience.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == clientId) && (audience.GetArrayLength() == 1 || Text(token, "azp") == clientId),
        _ => false,
    };

    private static string? Text(JsonElement of, string member) => of.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
