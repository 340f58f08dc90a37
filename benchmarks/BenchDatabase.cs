using System.Globalization;
using AiPortal.Core.Alerts;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Embedded;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Money;
using AiPortal.Core.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Benchmarks;

/// <summary>A PostgreSQL of its own in a temporary directory, durable as in production, with one organization, its teams, keys and budgets.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    public const int Keys = 200;
    public const int Teams = 20;
    public static readonly string[] Models = ["gpt-5.4", "claude-opus-4.6", "gemini-3-pro", "text-embedding-4"];
    private readonly string _directory;
    private readonly EmbeddedPostgres _postgres;

    private BenchDatabase(string directory, EmbeddedPostgres postgres)
    {
        _directory = directory;
        _postgres = postgres;
        Portal = new PortalDatabase(role => postgres.ConnectionStringFor(role), TimeProvider.System);
    }

    public PortalDatabase Portal { get; }

    public Guid OrganizationId { get; } = Ids.New(TimeProvider.System);

    public Guid[] KeyIds { get; } = NewIds(Keys);

    public Guid[] TeamIds { get; } = NewIds(Teams);

    public Guid[] ProviderIds { get; } = NewIds(3);

    /// <summary>Processor time of the server's processes that live now.</summary>
    public TimeSpan ProcessorTime()
    {
        var server = File.ReadLines(Path.Combine(_directory, "data", "pg", "data", "postmaster.pid")).First();
        var ticks = 0L;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                // After the name in parentheses: state, parent, …, user and system time in hundredths of a second.
                var fields = File.ReadAllText(Path.Combine(process, "stat")).Split(") ").Last().Split(' ');
                if (fields[1] == server) ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    public string Superuser => _postgres.SuperuserConnectionString("portal");

    public static async Task<BenchDatabase> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var directory = Directory.CreateTempSubdirectory("aiportal-bench-").FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(directory, "data"), Settings = settings ?? new Dictionary<string, string>() };
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        await DatabaseSetup.EnsureDatabaseAsync(postgres.SuperuserConnectionString(), "portal");
        await DatabaseSetup.EnsureRolesAsync(postgres.SuperuserConnectionString("portal"), logins: true);
        var bench = new BenchDatabase(directory, postgres);
        await DatabaseSetup.MigrateAsync(bench.Portal);
        await bench.ProvisionAsync();
        return bench;
    }

    /// <summary>The portal's own services around the ledger.</summary>
    public ServiceProvider Services(int queue) => new ServiceCollection()
        .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
        .AddSingleton(TimeProvider.System).AddSingleton(Portal).AddSingleton<TenantDb>()
        .AddSingleton(new JournalOptions { DataDirectory = Path.Combine(_directory, "portal"), MaxBytes = 64L << 30 })
        .AddSingleton(new LedgerWriterOptions { Node = "bench", QueueCapacity = queue })
        .AddLedger().AddBudgets().AddAlerts()
        .BuildServiceProvider();

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static Guid[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => Ids.New(TimeProvider.System))];

    private async Task ProvisionAsync()
    {
        await using var db = Portal.OpenSystem();
        db.Add(new Organization { Id = OrganizationId, OrganizationId = OrganizationId, Name = "Bench", TimeZone = "Europe/Berlin" });
        db.Add(BudgetOf(QuotaType.Organization, OrganizationId, daily: 1_000_000));
        db.AddRange(TeamIds.Select(team => BudgetOf(QuotaType.Team, team, daily: null)));
        db.AddRange(KeyIds.Select(key => BudgetOf(QuotaType.Key, key, daily: null)));
        await db.SaveChangesAsync();
    }

    private Budget BudgetOf(QuotaType type, Guid scope, decimal? daily) =>
        new() { OrganizationId = OrganizationId, Name = $"{type}", QuotaType = type, ScopeId = scope, PeriodType = PeriodType.Monthly, TotalQuota = 10_000_000, DailyLimit = daily };
}
