using System.Globalization;
using System.Runtime.Versioning;

namespace AiPortal.Core.Data.Embedded;

/// <summary>
/// The cluster's place on disk, held under an exclusive lock: <c>pg/data</c>, <c>pg/log</c> and the socket's directory,
/// all of them open to the cluster's account alone.
/// </summary>
internal sealed class ClusterDirectory : IDisposable
{
    private const string Key = "Portal:DataDirectory";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerAndCrossing = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // EAGAIN: what flock answers when another process holds the file.
    private const int LockHeld = 11;

    private readonly FileStream _lock;

    private ClusterDirectory(string root, ServiceUser user, FileStream exclusive)
    {
        Root = root;
        User = user;
        _lock = exclusive;
    }

    internal string Root { get; }

    internal ServiceUser User { get; }

    internal string Data => Path.Combine(Root, "pg", "data");

    internal string Log => Path.Combine(Root, "pg", "log");

    /// <summary>The version that made the cluster; null before the first start.</summary>
    internal int? Major => File.Exists(Path.Combine(Data, "PG_VERSION"))
        ? int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
        : null;

    internal static async Task<ClusterDirectory> OpenAsync(string path, CancellationToken cancellation)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!OperatingSystem.IsLinux())
            throw new StartFault("ConnectionStrings:Portal", "the embedded PostgreSQL needs Linux; give the connection string of a server");
        var pg = Path.Combine(root, "pg");
        var user = ServiceUser.ForChildren(await OwnerOfAsync(pg, cancellation));
        // Before anything is made, so that a refused start leaves nothing behind.
        await RequireCrossingAsync(user, Ancestors(root).Where(Directory.Exists), cancellation);
        FileStream exclusive;
        try
        {
            MakeRoot(root);
            exclusive = Lock(Path.Combine(root, "pg.lock"));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StartFault(Key, $"{root} cannot be written by {Environment.UserName}", denied);
        }
        catch (IOException held) when (held.HResult == LockHeld)
        {
            throw new StartFault(Key, $"{root} is in use by another portal; stop that one or name another directory", held);
        }
        catch (IOException failure)
        {
            throw new StartFault(Key, $"{root} cannot be made ({failure.Message})", failure);
        }

        try
        {
            var directory = new ClusterDirectory(root, user, exclusive);
            await RequireCrossingAsync(user, [root], cancellation);
            await directory.MakeOwnAsync(pg, cancellation);
            return directory;
        }
        catch
        {
            await exclusive.DisposeAsync();
            throw;
        }
    }

    internal static bool IsHeldByAnother(StartFault fault) => fault.InnerException is IOException { HResult: LockHeld };

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _lock.Dispose();

    [SupportedOSPlatform("linux")]
    private static void MakeRoot(string root)
    {
        var mode = Environment.IsPrivilegedProcess ? OwnerAndCrossing : OwnerOnly;
        Stack<string> missing = new();
        for (var folder = root; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
            missing.Push(folder);
        foreach (var folder in missing)
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, folder == root ? mode : File.GetUnixFileMode(folder) | mode);
        }

        // One that holds anything may be somebody's (a careless /tmp) and keeps its mode.
        if (!Directory.EnumerateFileSystemEntries(root).Any())
            File.SetUnixFileMode(root, mode);
    }

    private static FileStream Lock(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        // Whoever can open it could hold it and keep the portal from starting.
        if (OperatingSystem.IsLinux())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static async Task<string?> OwnerOfAsync(string pg, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess || !Directory.Exists(pg))
            return null;
        var owner = await ServiceUser.Self.RunAsync("stat", ["-c", "%u", pg], cancellation);
        return owner.Succeeded ? owner.Output : null;
    }

    private static Stack<string> Ancestors(string path)
    {
        Stack<string> way = new();
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            way.Push(folder);
        return way;
    }

    private static async Task RequireCrossingAsync(ServiceUser user, IEnumerable<string> folders, CancellationToken cancellation)
    {
        if (!user.IsOther)
            return;
        const string FirstClosed = """for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done""";
        var crossing = await user.RunAsync("sh", ["-c", FirstClosed, "sh", .. folders], cancellation);
        if (!crossing.Succeeded)
            throw new StartFault(Key, $"{crossing.LastLine} cannot be crossed by {user.Name}, the account PostgreSQL runs as when the portal is root; "
                + "open it (chmod o+x), name another directory, or start the portal as another user");
    }

    private async Task MakeOwnAsync(string pg, CancellationToken cancellation)
    {
        if (User.IsOther)
        {
            var owner = $"{User.Uid}:{User.Gid}";
            Directory.CreateDirectory(pg);
            // A cluster copied by root belongs to root; -h keeps to the links themselves.
            if (await OwnerOfAsync(pg, cancellation) != User.Uid)
                Require(await ServiceUser.Self.RunAsync("chown", ["-R", "-h", owner, pg], cancellation), pg);
        }

        // What lies below is made by the account itself: root following a link that the account planted would be a hole.
        Require(await User.RunAsync("mkdir", ["-p", "-m", "0700", pg, Log], cancellation), pg);
        Require(await User.RunAsync("chmod", ["0700", pg, Log], cancellation), pg);
    }

    private static void Require(CommandResult result, string path)
    {
        if (!result.Succeeded)
            throw new StartFault(Key, $"{path} cannot be prepared: {result.LastLine}");
    }
}
