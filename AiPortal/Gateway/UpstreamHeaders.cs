namespace AiPortal.Gateway;

/// <summary>What is kept of a provider's headers.</summary>
internal static class UpstreamHeaders
{
    private const int MaxLength = 128;

    public static string? RequestId(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-request-id", out var values) && values.FirstOrDefault() is { Length: > 0 and <= MaxLength } id ? id : null;
}
