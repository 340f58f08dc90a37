using System.Diagnostics;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;
using AiPortal.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AiPortal.Benchmarks.Pages;

/// <summary>The portal in this process with the company in its database, and three of its people signed in.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private const string Email = "bench@example.com";
    private const string Password = "correct-horse-battery";
    private const int Calls = 200_000;
    private readonly string _directory;
    private readonly bool _kept;
    private readonly PortalProcess _process;

    private Bench(string directory, bool kept, PortalProcess process)
    {
        (_directory, _kept, _process) = (directory, kept, process);
        Site = new Uri(process.App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Site { get; }

    public IServiceProvider Services => _process.App.Services;

    public List<Person> People { get; } = [];

    private Guid OrganizationId { get; set; }

    private PortalDatabase Database => Services.GetRequiredService<PortalDatabase>();

    /// <param name="kept">A directory that stays, with what an earlier run made in it; null: one that goes when all is done.</param>
    public static async Task<Bench> StartAsync(string? kept)
    {
        var directory = kept is null ? Directory.CreateTempSubdirectory("aiportal-bench-").FullName : Directory.CreateDirectory(kept).FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        string[] args = ["--urls", "http://127.0.0.1:0", "--environment", "Production", "--Portal:DataDirectory", Path.Combine(directory, "data"), "--Portal:Admin:Email", Email, "--Portal:Admin:Password", Password];
        var process = await PortalProcess.PrepareAsync(args, builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.Host.UseServiceProviderFactory(new WithoutBrowser());
        });
        await process.App.StartAsync();
        var bench = new Bench(directory, kept is not null, process);
        await bench.SettleInAsync();
        return bench;
    }

    /// <summary>One thing of each page that is about one, by its route; what a manager of a department opens too.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ExamplesAsync()
    {
        await using var db = Database.OpenSystem();
        var place = await ManagedAsync(db);
        var teams = await db.Set<Team>().Where(t => t.DepartmentId == place).Select(t => t.Id).ToListAsync();
        var call = await db.Set<CallLogRow>().Where(c => teams.Contains(c.TeamId!.Value)).OrderByDescending(c => c.StartedAt).FirstAsync();
        var budget = await db.Set<Core.Budgets.Budget>().Where(b => teams.Contains(b.ScopeId)).Select(b => b.Id).FirstAsync();
        var bill = await db.Set<Core.Billing.Bill>().Where(b => b.OrganizationId == OrganizationId).OrderByDescending(b => b.CreatedAt).Select(b => b.Id).LastAsync();
        var approval = await db.Set<Core.Approvals.Approval>().Where(a => a.Places.Contains(place)).Select(a => a.Id).FirstAsync();
        var member = await db.Set<Membership>().Where(m => teams.Contains(m.TeamId!.Value)).Select(m => m.Id).FirstAsync();
        return new Dictionary<string, string>
        {
            ["/calls/{RequestId:guid}"] = $"/calls/{call.Id}",
            ["/bills/{Id:guid}"] = $"/bills/{bill}",
            ["/budgets/{Id:guid}/request"] = $"/budgets/{budget}/request",
            ["/keys/{Id:guid}"] = $"/keys/{call.KeyId}",
            ["/api/v1/keys/{id:guid}"] = $"/api/v1/keys/{call.KeyId}",
            ["/api/v1/keys/{id:guid}/access"] = $"/api/v1/keys/{call.KeyId}/access",
            ["/api/v1/keys/{id:guid}/exposure"] = $"/api/v1/keys/{call.KeyId}/exposure",
            ["/api/v1/calls/{id:guid}"] = $"/api/v1/calls/{call.Id}",
            ["/api/v1/bills/{id:guid}"] = $"/api/v1/bills/{bill}",
            ["/api/v1/cost/quotas/{id:guid}"] = $"/api/v1/cost/quotas/{budget}",
            ["/api/v1/approvals/{id:guid}"] = $"/api/v1/approvals/{approval}",
            ["/api/v1/approvals/{id:guid}/history"] = $"/api/v1/approvals/{approval}/history",
            ["/api/v1/members/{id:guid}"] = $"/api/v1/members/{member}",
            ["/api/v1/teams/{id:guid}"] = $"/api/v1/teams/{teams[0]}",
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in People) person.Dispose();
        await _process.App.StopAsync();
        await _process.DisposeAsync();
        if (!_kept) Directory.Delete(_directory, recursive: true);
    }

    private async Task SettleInAsync()
    {
        await using (var db = Database.OpenSystem())
        {
            OrganizationId = await db.Set<Organization>().OrderBy(o => o.CreatedAt).Select(o => o.Id).FirstAsync();
            if (!await db.Set<ApiKey>().AnyAsync()) await SeedAsync(db);
        }

        People.Add(await Person.SignInAsync(Services, Site, "owner", Email, Password));
        People.Add(await Person.SignInAsync(Services, Site, "manager of a department", "manager@company.example", Password));
        People.Add(await Person.SignInAsync(Services, Site, "member", "member@company.example", Password));
    }

    private async Task SeedAsync(PortalDb db)
    {
        var began = Stopwatch.GetTimestamp();
        var company = new Company(OrganizationId, TimeProvider.System);
        var papers = new CompanyPapers(company, Services, TimeProvider.System);
        foreach (var some in company.Rows.Concat(papers.Rows()).Chunk(5_000))
        {
            db.AddRange(some);
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }

        Console.WriteLine($"{Company.People:N0} people, {company.Departments.Count} departments, {company.Teams.Count} teams, {company.Projects.Count} projects, {company.Keys.Count:N0} keys, {company.Budgets.Count:N0} budgets in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        await new CompanyCalls(company, Database, Services.GetRequiredService<LedgerBook>(), TimeProvider.System).MakeAsync(Calls);
        Console.WriteLine($"{Calls:N0} calls in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        await papers.AuditAsync(Database);
        await HireAsync(company);
        await papers.BillAsync();
        await Notifications.AnnounceConfigurationAsync(db, default);
        await VacuumAsync();
        Console.WriteLine($"all of it in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
    }

    /// <summary>A manager of a department with two below it, and a member who answers for some keys.</summary>
    private async Task HireAsync(Company company)
    {
        await using var scope = Services.CreateAsyncScope();
        var add = scope.ServiceProvider.GetRequiredService<AddMember>();
        var actor = Actor.ForSystem("bench", OrganizationId);
        var managed = new Place(PlaceKind.Department, company.Departments[0].Id);
        await HiredAsync(new MemberDraft("manager@company.example", "Mara Manager", Role.Manager, company.Teams[0].Id) { Place = managed });
        var member = await HiredAsync(new MemberDraft("member@company.example", "Max Member", Role.Member, company.Teams[0].Id));
        await using var db = Database.OpenSystem();
        Guid[] own = [.. company.Keys.Take(12).Select(key => key.Id)];
        await db.Set<ApiKey>().Where(k => own.Contains(k.Id)).ExecuteUpdateAsync(set => set.SetProperty(k => k.OwnerUserId, member.UserId));

        async Task<Membership> HiredAsync(MemberDraft draft)
        {
            var hired = await add.RunAsync(actor, OrganizationId, draft, Password);
            return hired.Refusal is { } refusal ? throw new InvalidOperationException(refusal.Message) : hired.Value.Membership;
        }
    }

    private static async Task<Guid> ManagedAsync(PortalDb db) => (await db.Set<Membership>().SingleAsync(m => m.Email == "manager@company.example")).ScopeId!.Value;

    /// <summary>As autovacuum does within minutes.</summary>
    private async Task VacuumAsync()
    {
        await using var connection = new NpgsqlConnection($"Host={Path.Combine(_directory, "data", "pg", "run")};Username=postgres;Database=portal;Command Timeout=0");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("VACUUM (ANALYZE)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
