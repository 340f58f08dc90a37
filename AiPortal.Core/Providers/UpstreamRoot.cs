namespace AiPortal.Core.Providers;

/// <summary>What the paths of an account's dialect are relative to.</summary>
/// <param name="Uri">Ends with a slash.</param>
/// <param name="ApiVersion">What Azure wants told with each request; null: nothing.</param>
/// <param name="NamesDeployments">Azure's paths before its <c>v1</c>: the deployment is in the path, not in the body.</param>
public sealed record UpstreamRoot(Uri Uri, string? ApiVersion = null, bool NamesDeployments = false)
{
    private static readonly string[] OfDeployments = ["chat/completions", "completions", "embeddings", "audio/", "images/"];

    /// <param name="path">Relative, perhaps with a query.</param>
    /// <param name="deployment">The vendor's name of the model; null where the request has none.</param>
    public Uri At(string path, string? deployment = null)
    {
        if (NamesDeployments && deployment is not null && Array.Exists(OfDeployments, of => path.StartsWith(of, StringComparison.Ordinal)))
            path = $"deployments/{System.Uri.EscapeDataString(deployment)}/{path}";
        return new Uri(Uri, ApiVersion is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version={ApiVersion}");
    }

    /// <summary>
    /// Of Azure's resource: its <c>v1</c> paths, unless the address asks for a dated version, as Azure's own clients did before.
    /// </summary>
    internal static UpstreamRoot OfAzure(string address)
    {
        var (root, version) = (address.Split('?')[0].TrimEnd('/'), VersionOf(address));
        var isDated = version is not null && char.IsAsciiDigit(version[0]);
        if (isDated && root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase)) root = root[..^"/v1".Length];
        if (!isDated && root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase)) return new UpstreamRoot(new Uri(root + "/"), version);
        if (!root.EndsWith("/openai", StringComparison.OrdinalIgnoreCase)) root += "/openai";
        return new UpstreamRoot(new Uri(isDated ? root + "/" : root + "/v1/"), version, isDated);
    }

    /// <summary>Null: none is asked for, or more than that.</summary>
    internal static string? VersionOf(string address) =>
        address.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 && address[at..] is var query && query.StartsWith("?api-version=", StringComparison.OrdinalIgnoreCase)
            && query["?api-version=".Length..] is { Length: > 0 and <= 40 } version && version.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? version : null;
}
