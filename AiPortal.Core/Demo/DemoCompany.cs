using System.Security.Cryptography;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Demo;

/// <summary>A key of the company with what its calls need.</summary>
internal sealed record DemoCaller(PlannedKey Plan, Attribution Attribution, string Zone);

/// <summary>The rows of <see cref="DemoPlan"/>: nobody in it can sign in and no secret of its keys exists.</summary>
internal sealed class DemoCompany
{
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _foundedAt;
    private readonly Dictionary<string, Department> _departments = [];
    private readonly Dictionary<string, Team> _teams = [];
    private readonly Dictionary<string, Project> _projects = [];
    private readonly Dictionary<string, CostCenter> _costCenters = [];
    private readonly Dictionary<string, DeploymentEnvironment> _environments = [];
    private readonly Dictionary<string, PortalUser> _people = [];
    private readonly List<DemoCaller> _callers = [];
    private readonly List<object> _rows = [];

    public DemoCompany(TimeProvider clock, DateTimeOffset foundedAt)
    {
        (_clock, _foundedAt) = (clock, foundedAt);
        Organization = Add(new Organization { Name = DemoPlan.Organization, TimeZone = DemoPlan.Zone, IsDemo = true });
        AddStructure();
        foreach (var plan in DemoPlan.Members) AddMember(plan);
        Accounts = DemoPlan.Accounts.ToDictionary(plan => plan.Kind, plan => Add(new ProviderAccount { Name = plan.Name, Kind = plan.Kind, Enabled = plan.Enabled }));
        foreach (var plan in DemoPlan.Keys) AddKey(plan);
    }

    public Organization Organization { get; }

    /// <summary>By kind.</summary>
    public IReadOnlyDictionary<string, ProviderAccount> Accounts { get; }

    public IReadOnlyList<DemoCaller> Callers => _callers;

    public IReadOnlyList<object> Rows => _rows;

    public Guid TeamId(string name) => _teams[name].Id;

    public Guid ProjectId(string name) => _projects[name].Id;

    public Guid CostCenterId(string code) => _costCenters[code].Id;

    public Guid EnvironmentId(string name) => _environments[name].Id;

    public Guid KeyId(string name) => _callers.Single(caller => caller.Plan.Name == name).Attribution.KeyId!.Value;

    /// <summary>The administrator of the portal owns it too.</summary>
    public void AddOwner(PortalUser person) =>
        Add(new Membership { UserId = person.Id, Email = person.Email!, Name = person.Name, Role = Role.Owner });

    private void AddStructure()
    {
        foreach (var name in DemoPlan.Departments) _departments[name] = Add(new Department { Name = name });
        foreach (var team in DemoPlan.Teams) _teams[team.Name] = Add(new Team { Name = team.Name, DepartmentId = _departments[team.Department].Id });
        foreach (var project in DemoPlan.Projects) _projects[project.Name] = Add(new Project { Name = project.Name, TeamId = _teams[project.Team].Id });
        foreach (var (name, code) in DemoPlan.CostCenters) _costCenters[code] = Add(new CostCenter { Name = name, Code = code });
        foreach (var name in DemoPlan.Environments) _environments[name] = Add(new DeploymentEnvironment { Name = name });
    }

    private void AddMember(PlannedMember plan)
    {
        var email = $"{plan.Email}@{DemoPlan.MailDomain}";
        var person = new PortalUser
        {
            Id = Ids.New(_clock),
            Name = plan.Name,
            Email = email,
            UserName = email,
            NormalizedEmail = email.ToUpperInvariant(),
            NormalizedUserName = email.ToUpperInvariant(),
            SecurityStamp = OpaqueToken.Create("").Text,
            LockoutEnabled = true,
            HomeOrganizationId = Organization.Id,
            CreatedAt = _foundedAt,
        };
        _people[plan.Email] = person;
        _rows.Add(person);
        Add(new Membership { UserId = person.Id, Email = email, Name = plan.Name, Role = plan.Role, TeamId = _teams[plan.Team].Id });
    }

    private void AddKey(PlannedKey plan)
    {
        var project = _projects[plan.Project];
        var team = _teams.Values.Single(team => team.Id == project.TeamId);
        var key = Add(new ApiKey
        {
            Name = plan.Name,
            OwnerUserId = _people[plan.Owner].Id,
            TeamId = team.Id,
            ProjectId = project.Id,
            CostCenterId = _costCenters[plan.CostCenter].Id,
            EnvironmentId = _environments[plan.Environment].Id,
            KeyHash = RandomNumberGenerator.GetBytes(VirtualKeyFormat.HashLength),
            Prefix = VirtualKeyFormat.DisplayPrefix(VirtualKeyFormat.Generate()),
            Tags = new Dictionary<string, string> { ["origin"] = "demo" },
        });
        var attribution = new Attribution(Organization.Id, team.DepartmentId, team.Id, project.Id, key.CostCenterId, key.EnvironmentId, key.OwnerUserId, key.Id);
        _callers.Add(new DemoCaller(plan, attribution, DemoPlan.Teams.Single(planned => planned.Name == team.Name).Zone));
    }

    private T Add<T>(T row) where T : TenantRow
    {
        row.Id = Ids.New(_clock);
        row.OrganizationId = row is Organization ? row.Id : Organization.Id;
        row.CreatedAt = _foundedAt;
        _rows.Add(row);
        return row;
    }
}
