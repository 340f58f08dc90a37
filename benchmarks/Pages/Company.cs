using AiPortal.Core.Access;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using AiPortal.Core.Providers;
using AiPortal.Core.Routing.Routes;
using AiPortal.Core.Tenancy;

namespace AiPortal.Benchmarks.Pages;

/// <summary>
/// The rows of a made-up company of 5,000 people: 56 departments in three levels, 300 teams, 900 projects, 20,000 keys, eight thousand budgets at
/// all levels. The same every time but for ids and instants.
/// </summary>
internal sealed class Company
{
    public const int People = 5_000;
    public const int TeamCount = 300;
    public const int KeyCount = 20_000;
    private static readonly string[] First = ["Anna", "Bilal", "Chen", "Daria", "Emre", "Fatima", "Grace", "Haruto", "Ines", "Jonas", "Katharina", "Lena", "Miguel", "Nadia", "Omar", "Priya", "Qiang", "Rosa", "Sven", "Tomás", "Ulrike", "Viktor", "Wei", "Xenia", "Yara"];
    private static readonly string[] Last = ["Abe", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Hansen", "Ito", "Jansen", "Kowalski", "Lindqvist", "Martin", "Nowak", "Okafor", "Petrov", "Raman", "Schulz", "Tanaka", "Weber", "Zhang"];
    private static readonly string[] Fields = ["Engineering", "Operations", "Sales", "Finance", "Research", "Support", "Legal", "Manufacturing"];
    private static readonly string[] Uses = ["assistant", "search", "summaries", "coding agent", "translation", "tickets", "review bot", "batch"];
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _founded;
    private readonly Random _dice = new(20261122);

    public Company(Guid organizationId, TimeProvider clock)
    {
        (OrganizationId, _clock, _founded) = (organizationId, clock, clock.GetUtcNow().AddDays(-700));
        AddStructure();
        AddPeople();
        AddAccounts();
        AddKeys();
        AddBudgets();
    }

    public Guid OrganizationId { get; }

    public List<object> Rows { get; } = [];

    public List<Department> Departments { get; } = [];

    public List<Team> Teams { get; } = [];

    public List<Project> Projects { get; } = [];

    public List<CostCenter> CostCenters { get; } = [];

    public List<DeploymentEnvironment> Environments { get; } = [];

    public List<Membership> Members { get; } = [];

    public List<ApiKey> Keys { get; } = [];

    public List<ProviderAccount> Accounts { get; } = [];

    public List<Budget> Budgets { get; } = [];

    public Guid? DepartmentOf(Guid? teamId) => Teams.Find(team => team.Id == teamId)?.DepartmentId;

    public Attribution AttributionOf(ApiKey key) =>
        new(OrganizationId, DepartmentOf(key.TeamId), key.TeamId, key.ProjectId, key.CostCenterId, key.EnvironmentId, key.OwnerUserId, key.Id);

    private void AddStructure()
    {
        foreach (var field in Fields)
        {
            var top = Add(Departments, new Department { Name = field });
            for (var i = 1; i <= 3; i++)
            {
                var middle = Add(Departments, new Department { Name = $"{field} {i}", ParentId = top.Id });
                Add(Departments, new Department { Name = $"{field} {i} West", ParentId = middle.Id });
            }
        }

        for (var i = 0; i < TeamCount; i++) Add(Teams, new Team { Name = $"{Fields[i % Fields.Length]} team {i:000}", DepartmentId = Departments[i % Departments.Count].Id });
        for (var i = 0; i < TeamCount * 3; i++) Add(Projects, new Project { Name = $"Project {i:0000} {Of(Uses, i)}", TeamId = Teams[i % TeamCount].Id });
        for (var i = 0; i < 200; i++) Add(CostCenters, new CostCenter { Name = $"Cost center {i:000}", Code = $"{4000 + i}" });
        foreach (var name in new[] { "Production", "Test", "Development" }) Add(Environments, new DeploymentEnvironment { Name = name });
    }

    private void AddPeople()
    {
        for (var i = 0; i < People; i++)
        {
            var name = $"{Of(First, i)} {Of(Last, i / First.Length)} {i:0000}";
            var email = $"person{i:0000}@company.example";
            var person = new PortalUser
            {
                Id = Ids.New(_clock),
                Name = name,
                Email = email,
                UserName = email,
                NormalizedEmail = email.ToUpperInvariant(),
                NormalizedUserName = email.ToUpperInvariant(),
                // Nobody signs in with it; who has none stands as invited.
                PasswordHash = i % 20 == 0 ? null : "none",
                SecurityStamp = OpaqueToken.Create("").Text,
                LockoutEnabled = true,
                HomeOrganizationId = OrganizationId,
                CreatedAt = _founded,
            };
            Rows.Add(person);
            var team = Teams[i % TeamCount];
            var member = new Membership { UserId = person.Id, Email = email, Name = name, TeamId = team.Id, Role = RoleOf(i) };
            // Most managers have a part: departments, teams and projects in turn.
            if (member.Role == Role.Manager && i % 4 != 3)
            {
                (member.ScopeType, member.ScopeId) = (i % 3) switch
                {
                    0 => (PlaceKind.Department, team.DepartmentId!.Value),
                    1 => (PlaceKind.Team, team.Id),
                    _ => (PlaceKind.Project, Projects[i % Projects.Count].Id),
                };
            }

            Add(Members, member);
            if (person.PasswordHash is null) Rows.Add(Own(new Invitation { MembershipId = member.Id, UserId = person.Id, TokenHash = OpaqueToken.Create("").Hash, ExpiresAt = _clock.GetUtcNow().AddDays(i % 7) }));
        }
    }

    private static Role RoleOf(int i) => i switch { < 8 => Role.Administrator, < 20 => Role.Finance, < 30 => Role.Auditor, < 230 => Role.Manager, _ => Role.Member };

    private void AddAccounts()
    {
        foreach (var (name, kind) in new[] { ("OpenAI", "openai"), ("OpenAI, Europe", "openai"), ("Anthropic", "anthropic"), ("Anthropic, batch", "anthropic"), ("Sandbox", ProviderKinds.Sandbox) })
            Add(Accounts, new ProviderAccount { Name = name, Kind = kind, Enabled = true });
        for (var i = 0; i < 20; i++) Rows.Add(Own(new ModelRoute { Name = $"Route {i:00}", Model = $"model-{i}-*", Position = i, Targets = [new RouteTarget(Accounts[i % Accounts.Count].Id)] }));
    }

    private void AddKeys()
    {
        var now = _clock.GetUtcNow();
        for (var i = 0; i < KeyCount; i++)
        {
            var project = Projects[i % Projects.Count];
            var secret = VirtualKeyFormat.Generate();
            var key = new ApiKey
            {
                Name = $"{project.Name}, {Of(Uses, i / 7)} {i:00000}",
                OwnerUserId = Members[_dice.Next(Members.Count)].UserId,
                TeamId = project.TeamId,
                ProjectId = project.Id,
                CostCenterId = CostCenters[i % CostCenters.Count].Id,
                EnvironmentId = Environments[i % 3].Id,
                KeyHash = VirtualKeyFormat.Hash(secret),
                Prefix = VirtualKeyFormat.DisplayPrefix(secret),
                Tags = new Dictionary<string, string> { ["feature"] = Of(Uses, i), ["batch"] = $"{i / 1000}" },
                Status = (i % 20) switch { 17 => KeyStatus.Disabled, 18 => KeyStatus.Revoked, _ => KeyStatus.Active },
                ExpiresAt = (i % 50) switch { 1 => now.AddDays(-i % 300), 2 => now.AddDays(i % 29), _ => null },
                CreatedAt = _founded.AddMinutes(i * 50),
            };
            Add(Keys, key);
        }
    }

    private void AddBudgets()
    {
        AddBudget("Company", QuotaType.Organization, OrganizationId, 400_000);
        foreach (var department in Departments) AddBudget(department.Name, QuotaType.Department, department.Id, 20_000);
        foreach (var team in Teams) AddBudget(team.Name, QuotaType.Team, team.Id, 40, daily: 30);
        foreach (var project in Projects.Take(600)) AddBudget(project.Name, QuotaType.Project, project.Id, 300);
        foreach (var center in CostCenters) AddBudget(center.Name, QuotaType.CostCenter, center.Id, 5_000);
        foreach (var environment in Environments) AddBudget(environment.Name, QuotaType.Environment, environment.Id, 200_000);
        foreach (var member in Members.Take(2_000)) AddBudget(member.Name, QuotaType.User, member.UserId, 100);
        foreach (var key in Keys.Where((_, i) => i % 4 == 0)) AddBudget(key.Name, QuotaType.Key, key.Id, 50).OwnedByKey = true;
    }

    private Budget AddBudget(string name, QuotaType type, Guid scope, decimal total, decimal? daily = null) =>
        Add(Budgets, new Budget { Name = name, QuotaType = type, ScopeId = scope, TotalQuota = total, DailyLimit = daily, Action = BudgetAction.Alert, PeriodType = PeriodType.Monthly });

    private T Add<T>(List<T> list, T row) where T : TenantRow
    {
        list.Add(Own(row));
        Rows.Add(row);
        return row;
    }

    private T Own<T>(T row) where T : TenantRow
    {
        row.Id = Ids.New(_clock);
        row.OrganizationId = OrganizationId;
        if (row.CreatedAt == default) row.CreatedAt = _founded.AddMinutes(Rows.Count % 10_000);
        return row;
    }

    private static string Of(string[] words, int i) => words[i % words.Length];
}
