using System.Net.Sockets;
using AiPortal.Core.Data;

namespace AiPortal.Core.Providers;

/// <summary>The rules for an account's address when it is saved; <see cref="UpstreamAddressGuard"/> holds them again at each connection.</summary>
public sealed class UpstreamAddress(UpstreamAddressGuard guard)
{
    private const int MaxLength = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>What is wrong with the text; null where nothing is.</summary>
    /// <param name="address">As it was given.</param>
    /// <param name="kind">Azure's may ask for a version of its interface.</param>
    public static string? FaultOf(string address, string? kind = null)
    {
        if (address.Length > MaxLength) return $"At most {MaxLength} characters.";
        if (address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\') || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.Host.Length == 0)
            return "Must be an absolute http or https address.";
        if (uri.UserInfo.Length > 0) return "Must not hold a user or password; the credential is api_key.";
        if (kind == ProviderKind.AzureOpenAi && uri.AbsolutePath.Contains("/deployments", StringComparison.OrdinalIgnoreCase))
            return "Must be the resource's own address, as https://name.openai.azure.com; deployments are named as models.";
        if (kind == ProviderKind.AzureOpenAi && UpstreamRoot.VersionOf(address) is not null) return null;
        return address.Contains('?', StringComparison.Ordinal) || address.Contains('#', StringComparison.Ordinal)
            ? kind == ProviderKind.AzureOpenAi ? "May have no query but ?api-version=2024-10-21, and no fragment." : "Must have neither query nor fragment."
            : null;
    }

    /// <summary>
    /// Null where the host may be dialled. A name that does not resolve now passes: what it resolves to is checked when it is dialled.
    /// </summary>
    public async Task<Refusal?> CheckAsync(string? address, bool allowPrivate, CancellationToken token = default)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            return await guard.RefusalAsync(uri.IdnHost, allowPrivate, patience.Token) is { } reason
                ? Refusal.Field("base_url", $"This address is not allowed: {reason}.")
                : null;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException || (fault is OperationCanceledException && !token.IsCancellationRequested))
        {
            return null;
        }
    }
}
