using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Posts signed events; follows no redirect, and connects only where the guard allows it at that moment.</summary>
public sealed class WebhookSender : IDisposable
{
    private readonly SecretVault _vault;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _private;

    public WebhookSender(UpstreamAddressGuard guard, SecretVault vault, AlertingOptions options, TimeProvider clock)
    {
        (_vault, _clock, _patience) = (vault, clock, options.WebhookPatience);
        _public = Invoker(guard, allowPrivate: false);
        _private = Invoker(guard, allowPrivate: true);
    }

    /// <summary>Never throws for what the receiver does.</summary>
    public async Task<DeliveryOutcome> SendAsync(AlertChannels channels, Alert alert)
    {
        if (channels is not { WebhookUrl: { } url, WebhookSecretCipher: not null }) return new DeliveryOutcome("No webhook is set.", Final: true);
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            using var request = Request(channels, url, alert);
            using var response = await (channels.WebhookAllowPrivate ? _private : _public).SendAsync(request, patience.Token);
            return OutcomeOf(response);
        }
        catch (Exception fault) when (Words(fault) is { } words)
        {
            return new DeliveryOutcome(words);
        }
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private HttpRequestMessage Request(AlertChannels channels, string url, Alert alert)
    {
        var (id, now, body) = (alert.Id.ToString(), _clock.GetUtcNow(), WebhookEvent.Body(alert));
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSecret.Sign(Secrets(channels, now), id, now, body));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("AiPortal", null));
        return request;
    }

    private IEnumerable<byte[]> Secrets(AlertChannels channels, DateTimeOffset now)
    {
        yield return WebhookSecret.Open(_vault, channels.OrganizationId, channels.WebhookSecretCipher!);
        if (channels.PreviousSecretCipher is { } previous && channels.PreviousUntil > now) yield return WebhookSecret.Open(_vault, channels.OrganizationId, previous);
    }

    private DeliveryOutcome OutcomeOf(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return DeliveryOutcome.Done;
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.Gone) return new DeliveryOutcome("The receiver answers that it is gone (410).", Final: true) { Gone = true };
        if (status is >= 300 and < 400) return new DeliveryOutcome($"The receiver answers with a redirect ({status}), which is not followed.");
        return new DeliveryOutcome($"The receiver answers with status {status}.", RetryAfter: RetryAfter(response.Headers.RetryAfter));
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? value) => value switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _clock.GetUtcNow(),
        _ => null,
    };

    private static string? Words(Exception fault) => fault switch
    {
        AddressRefusedException refused => $"The address is not allowed: {refused.Message}.",
        HttpRequestException { InnerException: AddressRefusedException refused } => $"The address is not allowed: {refused.Message}.",
        OperationCanceledException => "The receiver does not answer in time.",
        HttpRequestException { InnerException: AuthenticationException } => "The receiver's certificate is not trusted.",
        HttpRequestException or SocketException or IOException => "The receiver cannot be reached.",
        _ => null,
    };

    private static HttpMessageInvoker Invoker(UpstreamAddressGuard guard, bool allowPrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseDrainSize = 16 * 1024,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, token) => guard.ConnectAsync(context.DnsEndPoint, allowPrivate, token),
    });
}
