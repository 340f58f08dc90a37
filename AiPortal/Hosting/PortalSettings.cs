using System.Net;
using System.Net.Mail;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Hosting;

/// <summary>The configuration of CONTRACT "Start", read once and checked before anything else happens.</summary>
public sealed record PortalSettings
{
    public string? ConnectionString { get; private init; }

    public required string DataDirectory { get; init; }

    public string? PostgresBin { get; private init; }

    public required string AdminEmail { get; init; }

    public string? AdminPassword { get; private init; }

    public bool Demo { get; private init; }

    public string? Chromium { get; private init; }

    /// <summary>Where the master keys are.</summary>
    internal MasterKeySetting MasterKey { get; private init; } = MasterKeySetting.Own;

    public required string Node { get; init; }

    public required IReadOnlyList<IPNetwork> PrivateUpstreams { get; init; }

    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    public string? MetricsToken { get; private init; }

    /// <summary>The largest gateway request.</summary>
    public long MaxBodyBytes { get; private init; }

    /// <summary>Open at a time; further ones are closed as they come.</summary>
    public long MaxConnections { get; private init; }

    /// <summary><c>invite</c>, <c>open</c> or a mail domain.</summary>
    public required string Registration { get; init; }

    /// <summary><c>Portal:Faults</c>: where a test lets this process fail.</summary>
    public required FaultPoints Faults { get; init; }

    /// <exception cref="StartFault">Names the key that is wrong.</exception>
    public static PortalSettings Read(IConfiguration configuration, bool isDevelopment)
    {
        var connection = Text(configuration, "ConnectionStrings:Portal");
        var master = MasterKeySetting.Read(configuration, mustBeGiven: connection is not null);
        return new PortalSettings
        {
            ConnectionString = connection,
            DataDirectory = Path.GetFullPath(Text(configuration, "Portal:DataDirectory") ?? DefaultDataDirectory()),
            PostgresBin = Text(configuration, "Portal:PostgresBin"),
            AdminEmail = Email(configuration, "Portal:Admin:Email") ?? "admin@localhost",
            AdminPassword = Secret(configuration, "Portal:Admin:Password", leastLength: 1),
            Demo = Flag(configuration, "Portal:Demo") ?? isDevelopment,
            Chromium = Text(configuration, "Portal:Chromium"),
            MasterKey = master,
            Node = Text(configuration, "Portal:Node") ?? $"{Environment.MachineName}:{Environment.ProcessId}",
            PrivateUpstreams = Networks(configuration, "Portal:PrivateUpstreams") ?? (isDevelopment ? [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] : []),
            TrustedProxies = Networks(configuration, "Portal:TrustedProxies") ?? [],
            MetricsToken = Secret(configuration, "Portal:MetricsToken", leastLength: 16),
            MaxBodyBytes = Size(configuration, "Portal:MaxBodyBytes") ?? 33_554_432,
            MaxConnections = Count(configuration, "Portal:MaxConnections") ?? 20_000,
            Registration = Registrations(configuration, "Portal:Registration") ?? "invite",
            Faults = FaultsOf(configuration, isDevelopment),
        };
    }

    private static string DefaultDataDirectory()
    {
        if (Environment.UserName == "root") return "/var/lib/aiportal";
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share") : data, "aiportal");
    }

    private static string? Text(IConfiguration configuration, string key) =>
        configuration[key] is { Length: > 0 } value ? value : null;

    /// <summary>Set but empty is a mistake: a variable that was not filled would open what it should close.</summary>
    private static string? Secret(IConfiguration configuration, string key, int leastLength) => configuration[key] switch
    {
        null => null,
        "" => throw new StartFault(key, "is empty."),
        var text => SampleSecrets.FaultOf(text, leastLength) is { } fault ? throw new StartFault(key, fault) : text,
    };

    private static bool? Flag(IConfiguration configuration, string key) => Text(configuration, key) switch
    {
        null => null,
        var text when bool.TryParse(text, out var value) => value,
        _ => throw new StartFault(key, "must be true or false."),
    };

    private static FaultPoints FaultsOf(IConfiguration configuration, bool isDevelopment) =>
        Text(configuration, "Portal:Faults") is { } text && !isDevelopment
            ? throw new StartFault("Portal:Faults", $"'{text}' is for tests, in the Development environment alone.")
            : FaultPoints.Parse(Text(configuration, "Portal:Faults"));

    private static long? Size(IConfiguration configuration, string key) => Text(configuration, key) switch
    {
        null => null,
        var text when long.TryParse(text, out var value) && value is >= 1024 and <= 1L << 31 => value,
        _ => throw new StartFault(key, "must be a number of bytes from 1024 to 2147483648."),
    };

    private static long? Count(IConfiguration configuration, string key) => Text(configuration, key) switch
    {
        null => null,
        var text when long.TryParse(text, out var value) && value is >= 10 and <= 10_000_000 => value,
        _ => throw new StartFault(key, "must be a number from 10 to 10000000."),
    };

    private static string? Email(IConfiguration configuration, string key) => Text(configuration, key) switch
    {
        null => null,
        var text when MailAddress.TryCreate(text, out var address) && address.Address == text && text.Length <= 254 => text,
        _ => throw new StartFault(key, "must be a mail address."),
    };

    private static string? Registrations(IConfiguration configuration, string key) => Text(configuration, key) switch
    {
        null => null,
        "invite" or "open" => configuration[key],
        var text when Uri.CheckHostName(text) == UriHostNameType.Dns && text.Contains('.', StringComparison.Ordinal) => text,
        _ => throw new StartFault(key, "must be invite, open or a mail domain."),
    };

    /// <summary>A comma-separated list or a configuration array.</summary>
    private static List<IPNetwork>? Networks(IConfiguration configuration, string key)
    {
        var texts = configuration.GetSection(key).GetChildren().Select(child => child.Value ?? "").ToList();
        if (texts.Count == 0 && Text(configuration, key) is { } list)
            texts = [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (texts.Count == 0) return null;
        return texts.ConvertAll(text => IPNetwork.TryParse(text, out var network)
            ? network
            : throw new StartFault(key, $"'{text}' is not a network such as 10.0.0.0/8."));
    }
}
