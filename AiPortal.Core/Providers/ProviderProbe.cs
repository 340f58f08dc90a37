using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace AiPortal.Core.Providers;

/// <summary>What asking an account for its models gave; <c>Error</c> is null where <c>Ok</c>.</summary>
public sealed record ProbeResult(bool Ok, int LatencyMs, IReadOnlyList<string>? Models, string? Error);

/// <summary>The models that the sandbox offers, given by whoever prices them.</summary>
public sealed record SandboxModels(IReadOnlyList<string> Names);

/// <summary>Asks an account which models it has: the one call that costs nothing and proves address and credential.</summary>
public sealed class ProviderProbe : IDisposable
{
    private const int MaxBytes = 4 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ProviderCredential _credentials;
    private readonly SandboxModels _sandbox;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _private;

    public ProviderProbe(UpstreamAddressGuard guard, ProviderCredential credentials, SandboxModels sandbox, TimeProvider clock)
    {
        (_credentials, _sandbox, _clock) = (credentials, sandbox, clock);
        _public = Invoker(guard, allowPrivate: false);
        _private = Invoker(guard, allowPrivate: true);
    }

    /// <summary>Takes at most ten seconds; never throws for what the vendor does.</summary>
    public async Task<ProbeResult> RunAsync(ProviderAccount account, CancellationToken token = default)
    {
        if (account.Kind == ProviderKinds.Sandbox) return new ProbeResult(true, 0, _sandbox.Names, null);
        if (account.BaseUrl is null) return new ProbeResult(false, 0, null, "The account has no address.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        var began = _clock.GetTimestamp();
        int Elapsed() => (int)_clock.GetElapsedTime(began).TotalMilliseconds;
        try
        {
            var models = await AskAsync(account, patience.Token);
            return new ProbeResult(true, Elapsed(), models, null);
        }
        catch (Exception fault) when (!token.IsCancellationRequested && Words(fault) is not null)
        {
            return new ProbeResult(false, Elapsed(), null, Words(fault));
        }
    }

    /// <summary>What is left at the vendor; null where it tells none, or not now.</summary>
    public async Task<VendorBalance?> BalanceAsync(ProviderAccount account, CancellationToken token = default)
    {
        if (account.BaseUrl is null || VendorBalance.PathOf(account) is not { } path) return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(Patience);
        try
        {
            using var request = ModelListRequest.Make(account, _credentials.Open(account), path);
            using var response = await (account.AllowPrivate ? _private : _public).SendAsync(request, patience.Token);
            return response.IsSuccessStatusCode ? VendorBalance.Read(account, await BodyAsync(response, patience.Token)) : null;
        }
        catch (Exception fault) when (!token.IsCancellationRequested && Words(fault) is not null)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private async Task<IReadOnlyList<string>> AskAsync(ProviderAccount account, CancellationToken token)
    {
        using var request = ModelListRequest.Make(account, _credentials.Open(account));
        using var response = await (account.AllowPrivate ? _private : _public).SendAsync(request, token);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw new ProbeFault($"The vendor refuses the credential (status {(int)response.StatusCode}).");
        if ((int)response.StatusCode is >= 300 and < 400) throw new ProbeFault("The address answers with a redirect, which is not followed; give the address it leads to.");
        // Google says it with status 400.
        if (response.StatusCode == HttpStatusCode.BadRequest && (await BodyAsync(response, token)).AsSpan().IndexOf("API_KEY_INVALID"u8) >= 0)
            throw new ProbeFault("The vendor refuses the credential (API_KEY_INVALID).");
        if (!response.IsSuccessStatusCode) throw new ProbeFault($"The vendor answers with status {(int)response.StatusCode}.");
        return ModelListRequest.Read(account, await BodyAsync(response, token))
            ?? throw new ProbeFault("The answer is not a list of models; is the address the one that the vendor's SDK takes?");
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken token)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(token);
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, token)) > 0)
        {
            if (whole.Length + read > MaxBytes) throw new ProbeFault("The vendor's list of models is too long.");
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    private static string? Words(Exception fault) => fault switch
    {
        ProbeFault => fault.Message,
        OperationCanceledException => "The vendor did not answer within ten seconds.",
        HttpRequestException { InnerException: AddressRefusedException refused } => $"This address is not allowed: {refused.Message}.",
        HttpRequestException { InnerException: SocketException socket } => $"The address cannot be reached: {socket.Message}.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "No secure connection could be made; is the certificate valid?",
        HttpRequestException or IOException => "The connection failed.",
        JsonException or InvalidOperationException => "The answer is not JSON; is the address the one that the vendor's SDK takes?",
        CryptographicException => "The stored credential cannot be opened; give it again.",
        _ => null,
    };

    private static HttpMessageInvoker Invoker(UpstreamAddressGuard guard, bool allowPrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ActivityHeadersPropagator = null,
        // A test must see the address as it is now.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = (context, token) => guard.ConnectAsync(context.DnsEndPoint, allowPrivate, token),
    });

    private sealed class ProbeFault(string message) : Exception(message);
}
