using System.Globalization;

namespace AiPortal.Core.Data.Embedded;

/// <summary>A folder that holds <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c> of one version.</summary>
internal sealed record PostgresBinaries(string Folder, int Major)
{
    private const string Key = "Portal:PostgresBin";
    private const string DistributionRoot = "/usr/lib/postgresql";
    private const int OldestMajor = 15;
    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    internal string Postgres => Path.Combine(Folder, "postgres");

    internal string Initdb => Path.Combine(Folder, "initdb");

    internal string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <param name="configured">The only folder to look in, or null to search.</param>
    /// <param name="clusterMajor">The version that made the cluster, which alone can run it; null for a new one.</param>
    /// <param name="user">The account that has to be able to run them.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal static async Task<PostgresBinaries> FindAsync(
        string? configured, int? clusterMajor, ServiceUser user, CancellationToken cancellation)
    {
        var folders = (configured is null ? SearchPath() : [Path.GetFullPath(configured)]).Where(HoldsAll).ToList();
        if (folders.Count == 0)
            throw new StartFault(Key, configured is null
                ? "no PostgreSQL found (postgres, initdb and pg_ctl in one folder); install the package postgresql, name the folder, or set ConnectionStrings:Portal"
                : $"{configured} does not hold postgres, initdb and pg_ctl");

        List<string> seen = [];
        foreach (var folder in folders)
        {
            var version = await user.RunAsync(Path.Combine(folder, "postgres"), ["--version"], cancellation);
            if (version.Succeeded && ReadMajor(version.Output) is { } major)
            {
                if (major == clusterMajor || (clusterMajor is null && major >= OldestMajor))
                    return new PostgresBinaries(folder, major);
                seen.Add(string.Create(CultureInfo.InvariantCulture, $"{folder} is version {major}"));
            }
            else
            {
                seen.Add($"{folder} cannot be run as {user.Name} ({version.LastLine})");
            }
        }

        var wanted = clusterMajor is { } made
            ? string.Create(CultureInfo.InvariantCulture, $"the data directory needs PostgreSQL {made}")
            : string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {OldestMajor} or later is needed");
        throw new StartFault(Key, $"{wanted}, but {string.Join(", ", seen)}");
    }

    private static IEnumerable<string> SearchPath()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted);
        var distribution = Directory.Exists(DistributionRoot)
            ? Directory.EnumerateDirectories(DistributionRoot)
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? major : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return path.Concat(distribution).Distinct();
    }

    private static bool HoldsAll(string folder) => Programs.All(program => File.Exists(Path.Combine(folder, program)));

    // postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1); a beta says 19beta1
    private static int? ReadMajor(string output)
    {
        var number = output.Split(' ').Skip(2).FirstOrDefault() ?? "";
        var digits = new string([.. number.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
