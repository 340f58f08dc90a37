using System.Diagnostics;

namespace AiPortal.Core.Data.Embedded;

/// <summary>
/// The account that child programs run as. A portal that runs as root hands them to <c>postgres</c> or <c>nobody</c>,
/// because PostgreSQL refuses root; any other portal runs them as itself.
/// </summary>
public sealed class ServiceUser
{
    private const string SystemPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    private static readonly string[] Accounts = ["postgres", "nobody"];
    private static readonly string[] KeptVariables = ["LD_LIBRARY_PATH", "TMPDIR"];

    private ServiceUser(string name, string? uid, string? gid)
    {
        Name = name;
        Uid = uid;
        Gid = gid;
    }

    internal static ServiceUser Self { get; } = new(Environment.UserName, null, null);

    public string Name { get; }

    /// <summary>True when the portal is root and gives its children another account.</summary>
    public bool IsOther => Uid is not null;

    internal string? Uid { get; }

    internal string? Gid { get; }

    /// <exception cref="StartFault">The portal is root and the machine has neither account.</exception>
    public static ServiceUser ForChildren() => ForChildren(preferredUid: null);

    internal static ServiceUser ForChildren(string? preferredUid)
    {
        if (!Environment.IsPrivilegedProcess)
            return Self;

        // postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length >= 4).ToList();
        var account = known.Find(fields => preferredUid is not null and not "0" && fields[2] == preferredUid)
            ?? Accounts.Select(name => known.Find(fields => fields[0] == name)).FirstOrDefault(fields => fields is not null)
            ?? throw new StartFault("ConnectionStrings:Portal",
                "PostgreSQL refuses to run as root and there is no account postgres or nobody; start the portal as another user or give a connection string");
        return new ServiceUser(account[0], account[2], account[3]);
    }

    /// <summary>
    /// A command as this account, with all three streams redirected and an environment without the portal's secrets.
    /// With <paramref name="ownSession"/> a Ctrl-C on the portal's terminal does not reach it.
    /// </summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments, bool ownSession = false)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        List<string> line = [];
        if (ownSession)
            line.Add("setsid");
        if (IsOther)
            line.AddRange(["setpriv", "--reuid=" + Uid, "--regid=" + Gid, "--clear-groups", "--"]);
        line.Add(program);
        line.AddRange(arguments);

        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The portal's own directory may be closed to the account, and programs that ask where they are would fail.
            WorkingDirectory = "/",
        };
        var kept = KeptVariables.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:{SystemPath}".TrimStart(':');
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in kept)
            if (value is not null)
                start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    internal Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation) =>
        ChildProcess.RunAsync(Command(program, arguments), cancellation);
}
