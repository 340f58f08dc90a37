using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Federation;

/// <summary>A test that needs slapd; without it the runner says that it was skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlapdFactAttribute : FactAttribute
{
    public SlapdFactAttribute()
    {
        if (SlapdServer.Program is null) Skip = "slapd is not installed.";
    }
}

/// <summary>Debian's own OpenLDAP server on free ports, as an unprivileged process in a directory of its own.</summary>
public sealed class SlapdServer : IAsyncLifetime
{
    public const string BaseDn = "dc=example,dc=com";
    public const string BindDn = "cn=portal,dc=example,dc=com";
    public const string BindSecret = "the portal's own (secret)";
    private readonly string _directory = Directory.CreateTempSubdirectory("aiportal-slapd-").FullName;
    private Process? _process;

    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "slapd")).FirstOrDefault(File.Exists);

    public int PlainPort { get; } = FreePort();

    public int TlsPort { get; } = FreePort();

    /// <summary>PEM of the authority that signed its certificate, which names 127.0.0.1.</summary>
    public string Authority { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (Program is null) return;
        WriteCertificates();
        Directory.CreateDirectory(_directory + "/db");
        await File.WriteAllTextAsync(_directory + "/slapd.conf", $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            pidfile {_directory}/slapd.pid
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload memberof
            TLSCACertificateFile {_directory}/ca.pem
            TLSCertificateFile {_directory}/server.pem
            TLSCertificateKeyFile {_directory}/server.key
            database mdb
            suffix "{BaseDn}"
            rootdn "cn=admin,{BaseDn}"
            rootpw of-the-test
            directory {_directory}/db
            maxsize 10485760
            overlay memberof
            """ + Environment.NewLine);
        await StartAsync();
        await SeedAsync();
    }

    public async Task StartAsync()
    {
        List<string> command = [Program!, "-f", _directory + "/slapd.conf", "-h", $"ldap://127.0.0.1:{PlainPort}/ ldaps://127.0.0.1:{TlsPort}/", "-d", "0"];
        if (Environment.UserName == "root")
        {
            using var owner = Process.Start("chown", ["-R", "nobody:nogroup", _directory]);
            await owner.WaitForExitAsync();
            command.InsertRange(0, ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
        }

        _process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
        await Eventually.HoldsAsync(AnswersAsync, TimeSpan.FromSeconds(30), () => "slapd does not listen");
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task DisposeAsync()
    {
        if (_process is not null) await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public void AddPerson(string uid, string password, string? mail = null, string? name = null) => As(connection => connection.SendRequest(new AddRequest($"uid={uid},ou=people,{BaseDn}",
        new DirectoryAttribute("objectClass", "inetOrgPerson"), new DirectoryAttribute("cn", name ?? uid), new DirectoryAttribute("sn", uid), new DirectoryAttribute("displayName", name ?? uid),
        new DirectoryAttribute("mail", mail ?? $"{uid}@example.com"), new DirectoryAttribute("userPassword", password))));

    public void Remove(string dn) => As(connection => connection.SendRequest(new DeleteRequest(dn)));

    public void AddTo(string group, string uid) => Move(group, uid, DirectoryAttributeOperation.Add);

    public void TakeFrom(string group, string uid) => Move(group, uid, DirectoryAttributeOperation.Delete);

    public static string GroupDn(string group) => $"cn={group},ou=groups,{BaseDn}";

    private void Move(string group, string uid, DirectoryAttributeOperation operation) =>
        As(connection => connection.SendRequest(new ModifyRequest(GroupDn(group), operation, "member", $"uid={uid},ou=people,{BaseDn}")));

    private async Task SeedAsync()
    {
        As(connection =>
        {
            connection.SendRequest(new AddRequest(BaseDn, new DirectoryAttribute("objectClass", "dcObject", "organization"), new DirectoryAttribute("o", "Example"), new DirectoryAttribute("dc", "example")));
            connection.SendRequest(new AddRequest(BindDn, new DirectoryAttribute("objectClass", "organizationalRole", "simpleSecurityObject"), new DirectoryAttribute("userPassword", BindSecret)));
            foreach (var unit in new[] { "people", "groups" })
                connection.SendRequest(new AddRequest($"ou={unit},{BaseDn}", "organizationalUnit"));
            foreach (var group in new[] { "finance", "managers", "search-team" })
                connection.SendRequest(new AddRequest(GroupDn(group), new DirectoryAttribute("objectClass", "groupOfNames"), new DirectoryAttribute("member", BindDn)));
        });
        await Task.CompletedTask;
    }

    private void As(Action<LdapConnection> work)
    {
        using var connection = new LdapConnection(new LdapDirectoryIdentifier("127.0.0.1", PlainPort, true, false)) { AuthType = AuthType.Basic };
        connection.SessionOptions.ProtocolVersion = 3;
        connection.Bind(new NetworkCredential($"cn=admin,{BaseDn}", "of-the-test"));
        work(connection);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, TlsPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void WriteCertificates()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=Authority of the test", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=directory", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.Create(root, now.AddDays(-1), now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        Authority = root.ExportCertificatePem();
        File.WriteAllText(_directory + "/ca.pem", Authority);
        File.WriteAllText(_directory + "/server.pem", certificate.ExportCertificatePem());
        File.WriteAllText(_directory + "/server.key", key.ExportRSAPrivateKeyPem());
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
