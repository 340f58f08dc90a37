using System.Security.Cryptography;
using System.Text;

namespace AiPortal.Core.Data.Embedded;

/// <summary>
/// The directory of the server's socket: beside the data where the path allows, else a short one named after it. Only the
/// cluster's account may enter, which is what makes passwords needless.
/// </summary>
internal static class SocketDirectory
{
    private const int LongestPath = 99;
    private const string SocketName = "/.s.PGSQL.5432";

    /// <summary>Makes it and clears what a killed server left in it.</summary>
    internal static async Task<string> MakeAsync(ClusterDirectory cluster, CancellationToken cancellation)
    {
        var beside = Path.Combine(cluster.Root, "pg", "run");
        var path = IsUsable(beside) ? beside : Path.Combine(ShortParent(cluster.User), "aiportal-" + Fingerprint(beside));
        // The parent of a short one may be open to everybody: whoever made it first must have been us.
        const string Make = """
            mkdir -m 0700 "$0" 2>/dev/null
            [ -d "$0" ] && [ ! -L "$0" ] && [ -O "$0" ] && chmod 0700 "$0" && rm -f "$0/.s.PGSQL.5432" "$0/.s.PGSQL.5432.lock"
            """;
        if (cluster.User.IsOther && path != beside && !Directory.Exists(path))
            await ServiceUser.Self.RunAsync("install", ["-d", "-m", "0700", "-o", cluster.User.Uid!, "-g", cluster.User.Gid!, path], cancellation);
        var made = await cluster.User.RunAsync("sh", ["-c", Make, path], cancellation);
        return made.Succeeded
            ? path
            : throw new StartFault("Portal:DataDirectory", $"{path}, the directory of the database's socket, cannot be made or belongs to another account");
    }

    /// <summary>A short one lies outside the data directory, so it goes with the server.</summary>
    internal static void Remove(string path, string root)
    {
        if (!path.StartsWith(root + "/", StringComparison.Ordinal) && Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    // Both PostgreSQL's setting and Npgsql's Host read a comma as the end of a path; a plain path needs no quoting anywhere.
    private static bool IsUsable(string path) =>
        Encoding.UTF8.GetByteCount(path + SocketName) <= LongestPath
        && path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_');

    private static string ShortParent(ServiceUser user)
    {
        var parent = user.IsOther ? "/run" : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return parent is { Length: > 0 and < 50 } && IsUsable(parent) && Directory.Exists(parent) ? parent : "/tmp";
    }

    private static string Fingerprint(string path) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
}
