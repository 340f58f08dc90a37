using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Federation.Directories;

/// <summary>
/// The way to a directory: dialled where the guard allows it, TLS with the certificate checked, ended at a deadline whatever either side
/// does. The LDAP library talks to this end on the loopback interface; by itself it knows neither our guard nor a time limit, and what
/// certificates it trusts is a file of the machine.
/// </summary>
internal sealed class DirectoryTunnel : IAsyncDisposable
{
    // The extended request of RFC 4511 §4.14 as message 1.
    private static readonly byte[] StartTls = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];
    private readonly Stream _far;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _end;
    private readonly Task _relay;

    private DirectoryTunnel(Stream far, Socket listener, CancellationTokenSource end)
    {
        (_far, _listener, _end) = (far, listener, end);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _relay = RelayAsync();
    }

    /// <summary>Of 127.0.0.1; one connection is taken.</summary>
    public int Port { get; }

    /// <exception cref="DirectoryFault">Says in words for people why there is no way.</exception>
    public static async Task<DirectoryTunnel> OpenAsync(LdapDirectoryDraft to, UpstreamAddressGuard guard, CancellationToken token)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        end.CancelAfter(TimeSpan.FromSeconds(to.TimeoutSeconds));
        Stream? far = null;
        try
        {
            far = await guard.ConnectAsync(new DnsEndPoint(to.Host, to.Port), to.AllowPrivate, end.Token);
            if (to.Security == DirectorySecurity.StartTls) await AskForTlsAsync(far, end.Token);
            far = await SecureAsync(far, to, end.Token);
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            return new DirectoryTunnel(far, listener, end);
        }
        catch (Exception fault)
        {
            if (far is not null) await far.DisposeAsync();
            var late = end.IsCancellationRequested && !token.IsCancellationRequested;
            end.Dispose();
            if (late) throw DirectoryFault.Late;
            if (DirectoryFault.Of(fault) is { } words) throw words;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _relay;
        _end.Dispose();
    }

    private static async Task AskForTlsAsync(Stream far, CancellationToken token)
    {
        await far.WriteAsync(StartTls, token);
        var head = new byte[2];
        await far.ReadExactlyAsync(head, token);
        // An answer is a short sequence: message 1, extended response, result code first.
        if (head[0] != 0x30) throw new DirectoryFault("not_ldap", "The server does not answer as a directory does.");
        var length = (int)head[1];
        if (length >= 0x80)
        {
            var bytes = new byte[length & 0x7f];
            if (bytes.Length is 0 or > 2) throw new DirectoryFault("not_ldap", "The server does not answer as a directory does.");
            await far.ReadExactlyAsync(bytes, token);
            length = bytes.Aggregate(0, (sum, next) => (sum << 8) | next);
        }

        var answer = new byte[length];
        await far.ReadExactlyAsync(answer, token);
        var result = answer.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x0a, 0x01]);
        if (result < 0 || result + 2 >= answer.Length || answer[result + 2] != 0) throw new DirectoryFault("no_tls", "The server does not offer StartTLS.");
    }

    private static async Task<Stream> SecureAsync(Stream far, LdapDirectoryDraft to, CancellationToken token)
    {
        var secure = new SslStream(far);
        var options = new SslClientAuthenticationOptions { TargetHost = to.Host };
        if (to.CaCertificates is { } pem)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(LdapDirectoryDraft.Certificates(pem));
        }

        await secure.AuthenticateAsClientAsync(options, token);
        return secure;
    }

    private async Task RelayAsync()
    {
        try
        {
            using var near = await _listener.AcceptAsync(_end.Token);
            _listener.Dispose();
            await using var stream = new NetworkStream(near);
            await Task.WhenAny(stream.CopyToAsync(_far, _end.Token), _far.CopyToAsync(stream, _end.Token));
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
        {
            // Either end has left, or the time is over; who waits at the near end sees it closed.
        }
        finally
        {
            _listener.Dispose();
            await _far.DisposeAsync();
        }
    }
}
