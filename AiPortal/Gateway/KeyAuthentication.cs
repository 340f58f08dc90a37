using AiPortal.Core.Gateway;
using AiPortal.Core.Keys;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>Step 1: which key is it, does it work, and may it be used from this address. No database on the way.</summary>
internal sealed class KeyAuthentication(SnapshotStore snapshots)
{
    private static readonly string[] Headers = ["x-api-key", "api-key", "x-goog-api-key"];

    public GatewayRefusal? Authenticate(GatewayCall call)
    {
        call.Snapshot = snapshots.Current;
        var address = call.Context.Connection.RemoteIpAddress;
        call.ClientAddress = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        if (Secret(call.Context.Request, out var secret) is { } fault) return GatewayFailures.Refuse(fault);
        // The checksum turns away typos and guesses before any look-up.
        if (!VirtualKeyFormat.IsWellFormed(secret)) return GatewayFailures.Refuse(GatewayFailure.KeyUnknown);
        if (!call.Snapshot.Keys.TryGetValue(KeyHash.Of(secret), out var grant)) return GatewayFailures.Refuse(GatewayFailure.KeyUnknown);
        call.Key = grant.Key;
        if (StateFault(grant, call.StartedAt) is { } state) return GatewayFailures.Refuse(state);
        return grant.Key.Addresses.Admit(call.ClientAddress)
            ? null
            : GatewayFailures.Refuse(GatewayFailure.IpNotAllowed, call.ClientAddress?.ToString() ?? "an unknown address");
    }

    private static GatewayFailure? StateFault(KeyGrant grant, DateTimeOffset at) => grant.Key.Status switch
    {
        KeyStatus.Disabled => GatewayFailure.KeyDisabled,
        KeyStatus.Revoked => GatewayFailure.KeyRevoked,
        KeyStatus.Active => grant.Key.ExpiresAt <= at || grant.Until <= at ? GatewayFailure.KeyExpired : null,
    };

    /// <summary>The one key of the request, from wherever it is; two that differ are refused.</summary>
    private static GatewayFailure? Secret(HttpRequest request, out string? secret)
    {
        secret = null;
        const string bearer = "Bearer ";
        foreach (var value in request.Headers.Authorization)
        {
            if (value?.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) == true && !Take(value[bearer.Length..].Trim(), ref secret))
                return GatewayFailure.KeyAmbiguous;
        }

        foreach (var name in Headers)
        {
            foreach (var value in request.Headers[name])
            {
                if (!Take(value?.Trim(), ref secret)) return GatewayFailure.KeyAmbiguous;
            }
        }

        // Gemini's own way; elsewhere an address is no place for a secret.
        if (request.QueryString.HasValue && request.Path.StartsWithSegments("/v1beta", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var value in request.Query["key"])
            {
                if (!Take(value, ref secret)) return GatewayFailure.KeyAmbiguous;
            }
        }

        return secret is null ? GatewayFailure.KeyMissing : null;
    }

    private static bool Take(string? value, ref string? secret)
    {
        if (string.IsNullOrEmpty(value)) return true;
        if (secret is not null && secret != value) return false;
        secret = value;
        return true;
    }
}
