using System.Globalization;
using System.Runtime.InteropServices;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>One process's journal folder, <c>journal/&lt;uuid&gt;</c>, under an exclusive lock for as long as this object lives.</summary>
public sealed class JournalDirectory : IDisposable
{
    private const string LockName = "lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private JournalDirectory(Guid id, string path, FileStream @lock)
    {
        Id = id;
        Path = path;
        _lock = @lock;
    }

    /// <summary>The journal's uuid; its position in the database is kept by it.</summary>
    public Guid Id { get; }

    public string Path { get; }

    /// <summary>
    /// Folders left by dead processes, now locked by this one. Whoever takes them drains them and then calls <see cref="Delete"/>;
    /// disposing without deleting leaves the folder to the next start.
    /// </summary>
    public static IReadOnlyList<JournalDirectory> Adoptable(string dataDirectory)
    {
        var root = Root(dataDirectory);
        if (!Directory.Exists(root))
            return [];
        var adopted = new List<JournalDirectory>();
        foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (Guid.TryParseExact(System.IO.Path.GetFileName(path), "D", out var id) && TryLock(path) is { } held)
                adopted.Add(new JournalDirectory(id, path, held));
        }
        return adopted;
    }

    /// <summary>Removes the folder, once all that it holds is in the database.</summary>
    public void Delete()
    {
        foreach (var segment in Segments(Path))
            File.Delete(segment);
        File.Delete(_lock.Name);
        _lock.Dispose();
        try
        {
            Directory.Delete(Path);
        }
        catch (IOException)
        {
            // Another starting process locked the folder between the two deletions: it finds it empty and removes it.
        }
    }

    public void Dispose() => _lock.Dispose();

    internal static JournalDirectory Create(string dataDirectory, TimeProvider timeProvider)
    {
        var root = Root(dataDirectory);
        Directory.CreateDirectory(root, OwnerOnly);
        while (true)
        {
            var id = Guid.CreateVersion7(timeProvider.GetUtcNow());
            var path = System.IO.Path.Combine(root, id.ToString("D"));
            Directory.CreateDirectory(path, OwnerOnly);
            // A process that starts at the same moment may adopt the folder before it is locked here; then it is theirs.
            if (TryLock(path) is not { } held)
                continue;
            Persist(root);
            return new JournalDirectory(id, path, held);
        }
    }

    internal static IEnumerable<string> Segments(string path) =>
        Directory.EnumerateFiles(path, "*.log").Order(StringComparer.Ordinal);

    internal string SegmentPath(int number) =>
        System.IO.Path.Combine(Path, number.ToString("D8", CultureInfo.InvariantCulture) + ".log");

    /// <summary>Makes the names of new files survive a power cut, as flushing the files themselves does not everywhere.</summary>
    internal static void Persist(string directory)
    {
        var descriptor = open(directory, 0);
        if (descriptor < 0)
            throw new IOException($"Cannot open {directory} to flush it: error {Marshal.GetLastPInvokeError()}.");
        var failed = fsync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (failed)
            throw new IOException($"Cannot flush {directory}: error {error}.");
    }

    /// <summary>The journals that lie in a data directory.</summary>
    internal static IEnumerable<Guid> Present(string dataDirectory) => Directory.Exists(Root(dataDirectory))
        ? Directory.EnumerateDirectories(Root(dataDirectory)).Select(path => Guid.TryParse(System.IO.Path.GetFileName(path), out var id) ? id : (Guid?)null).OfType<Guid>()
        : [];

    private static string Root(string dataDirectory) => System.IO.Path.Combine(dataDirectory, "journal");

    private static FileStream? TryLock(string path)
    {
        try
        {
            // FileShare.None is an exclusive flock, which the kernel drops with the process.
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

#pragma warning disable IDE1006, SYSLIB1054 // The C library's own names; generated marshalling would need unsafe code for three calls.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054
}
