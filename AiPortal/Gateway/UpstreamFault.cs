using AiPortal.Core.Gateway;

namespace AiPortal.Gateway;

/// <summary>What an exception of the HTTP client says: who failed, and whether anything was sent.</summary>
internal static class UpstreamFault
{
    /// <summary>Null for what is no fault of the connection.</summary>
    public static GatewayFailure? Of(Exception fault, Patience patience) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } => GatewayFailure.UpstreamUnreachable,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => GatewayFailure.UpstreamGarbled,
        // The handler's own limit for making a connection.
        OperationCanceledException { InnerException: TimeoutException } when !patience.Token.IsCancellationRequested => GatewayFailure.UpstreamUnreachable,
        OperationCanceledException => patience.EndedByCaller ? GatewayFailure.CallerLeft : patience.EndedByPortal ? GatewayFailure.ShuttingDown : GatewayFailure.UpstreamTimeout,
        HttpRequestException or IOException => GatewayFailure.UpstreamCut,
        InvalidDataException => GatewayFailure.UpstreamGarbled,
        _ => null,
    };
}
