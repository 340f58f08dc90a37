using System.Net.Sockets;
using System.Text.Json;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;

namespace AiPortal.Federation.Providers;

/// <summary>What an issuer says of itself.</summary>
internal sealed record DiscoveredProvider(string Issuer, string AuthorizationEndpoint, string TokenEndpoint, string UserInfoEndpoint);

/// <summary>Reads an issuer's <c>/.well-known/openid-configuration</c> (OpenID Connect Discovery 4) for the form. Nothing of it is kept, and what is saved is checked as if typed.</summary>
internal sealed class ProviderDiscovery(ProviderChannel channel)
{
    private const int MostBytes = 256 * 1024;

    public async Task<Outcome<DiscoveredProvider>> RunAsync(Actor actor, Guid organizationId, string issuer, bool allowPrivate, CancellationToken token = default)
    {
        if (!actor.May(Permission.ManageSignIn, organizationId)) return Refusal.Denied("Only owners set how people sign in.");
        if (UpstreamAddress.FaultOf(issuer) is { } fault) return Refusal.Field("issuer", fault);
        var place = new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        if (place.Scheme != Uri.UriSchemeHttps && !allowPrivate) return Refusal.Field("issuer", "Must be an https address.");
        try
        {
            using var answer = await channel.For(allowPrivate).GetAsync(place, HttpCompletionOption.ResponseHeadersRead, token);
            if (!answer.IsSuccessStatusCode) return Unread;
            await answer.Content.LoadIntoBufferAsync(MostBytes, token);
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(token));
            var root = document.RootElement;
            // Somebody else's words must not stand for this issuer (4.3).
            if (Text(root, "issuer") is not { } named || named.TrimEnd('/') != issuer.TrimEnd('/')) return Refusal.Field("issuer", "What stands there is of another issuer.");
            return Text(root, "authorization_endpoint") is { } authorization && Text(root, "token_endpoint") is { } tokens && Text(root, "userinfo_endpoint") is { } info
                ? new DiscoveredProvider(named, authorization, tokens, info)
                : Unread;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or SocketException or IOException or InvalidOperationException
            || (failure is OperationCanceledException && !token.IsCancellationRequested))
        {
            return Unread;
        }
    }

    private static Refusal Unread => Refusal.Field("issuer", "Its endpoints cannot be read from there. Type them below.");

    private static string? Text(JsonElement of, string member) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
