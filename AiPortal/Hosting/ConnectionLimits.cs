using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AiPortal.Hosting;

/// <summary>How long a connection may take to say what it wants, so that many that say nothing do not keep out those that do.</summary>
internal static class ConnectionLimits
{
    /// <summary>From its first byte to the end of its headers.</summary>
    public static readonly TimeSpan Headers = TimeSpan.FromSeconds(15);

    /// <summary>After <see cref="BodyGrace"/> a body must have come at this rate, else the call ends with 408.</summary>
    public const double BodyBytesPerSecond = 240;

    public static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    public static void Apply(KestrelServerOptions kestrel, PortalSettings settings)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = settings.MaxBodyBytes;
        limits.RequestHeadersTimeout = Headers;
        limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecond, BodyGrace);
        limits.MaxConcurrentConnections = settings.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = settings.MaxConnections;
    }
}
