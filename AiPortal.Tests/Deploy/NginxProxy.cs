using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Rules;

namespace AiPortal.Tests.Deploy;

/// <summary>A test that needs nginx; without it the runner says that it was skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NginxFactAttribute : FactAttribute
{
    public NginxFactAttribute()
    {
        if (NginxProxy.Program is null) Skip = "nginx is not installed.";
    }
}

/// <summary>nginx with the configuration of <c>deploy/nginx</c>, before a portal on this machine; certificate, ports and address are the only changes.</summary>
internal sealed class NginxProxy : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Process _process;
    private readonly string _thumbprint;

    private NginxProxy(string directory, Process process, string thumbprint, Uri address) => (_directory, _process, _thumbprint, Address) = (directory, process, thumbprint, address);

    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);

    public Uri Address { get; }

    public static async Task<NginxProxy> StartAsync(Uri portal)
    {
        var directory = Directory.CreateTempSubdirectory("aiportal-nginx-").FullName;
        var port = FreePort();
        var thumbprint = WriteCertificate(directory);
        var text = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "deploy", "nginx", "aiportal.conf"));
        text = Changed(text, "server 127.0.0.1:5080;", $"server {portal.Authority};");
        text = Changed(text, "listen 443 ssl", $"listen 127.0.0.1:{port} ssl");
        text = Changed(text, "/etc/ssl/portal.pem", directory + "/certificate.pem");
        text = Changed(text, "/etc/ssl/portal.key", directory + "/key.pem");
        await File.WriteAllTextAsync(directory + "/site.conf", text);
        // Its workers would be another account's, who may not enter here.
        var user = Environment.UserName == "root" ? "user root root;\n" : "";
        var paths = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"  {kind}_temp_path {directory}/{kind};\n"));
        await File.WriteAllTextAsync(directory + "/nginx.conf",
            $"daemon off;\n{user}pid {directory}/nginx.pid;\nerror_log {directory}/error.log warn;\nevents {{ }}\nhttp {{\n  access_log off;\n{paths}  include {directory}/site.conf;\n}}\n");
        var process = Process.Start(new ProcessStartInfo(Program!, ["-p", directory, "-e", directory + "/error.log", "-c", directory + "/nginx.conf"]) { RedirectStandardError = true })!;
        var nginx = new NginxProxy(directory, process, thumbprint, new Uri($"https://127.0.0.1:{port}"));
        await nginx.ListensAsync(port);
        return nginx;
    }

    /// <summary>The certificate that was made for it, and no other.</summary>
    public bool Trusts(X509Certificate? certificate) => certificate?.GetCertHashString() == _thumbprint;

    /// <summary>A client that trusts its certificate and calls from this address of the machine.</summary>
    public HttpClient Client(string from, Version version) => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => Trusts(certificate) },
        UseProxy = false,
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = Address,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public async ValueTask DisposeAsync()
    {
        using (var stop = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Changed(string text, string from, string to) =>
        text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : throw new InvalidOperationException($"The configuration has no '{from}'.");

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private static string WriteCertificate(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=portal.example.com", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(directory + "/certificate.pem", certificate.ExportCertificatePem());
        File.WriteAllText(directory + "/key.pem", key.ExportPkcs8PrivateKeyPem());
        return certificate.GetCertHashString();
    }

    private async Task ListensAsync(int port) => await Eventually.HoldsAsync(
        async () =>
        {
            Assert.False(_process.HasExited, _process.HasExited ? await _process.StandardError.ReadToEndAsync() : "");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(20), () => "nginx does not listen");
}
