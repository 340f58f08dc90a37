using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Access.Grants;
using AiPortal.Core.Approvals;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Audit;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Benchmarks.Pages;

/// <summary>What two years leave behind: requests and their history, lent roles, sessions, tokens, twenty thousand audit events in one chain, and bills.</summary>
internal sealed class CompanyPapers(Company company, IServiceProvider services, TimeProvider clock)
{
    private const int Requests = 3_000;
    private const int StillOpen = 60;
    private const int Events = 20_000;
    private readonly Random _dice = new(7);

    public IEnumerable<object> Rows() => [.. Policies(), .. Grants(), .. Asked(), .. Sessions(), .. Tokens()];

    /// <summary>Continues the chain from where it stands.</summary>
    public async Task AuditAsync(PortalDatabase database)
    {
        await using var db = database.OpenSystem();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"audit:" + company.OrganizationId}, 0))");
        var last = await db.Set<AuditEvent>().AsNoTracking().Where(a => a.OrganizationId == company.OrganizationId).OrderByDescending(a => a.Sequence).FirstOrDefaultAsync();
        var (sequence, hash) = (last?.Sequence ?? 0, last?.Hash ?? new byte[32]);
        var names = new HashSet<string>();
        for (var i = 0; i < Events; i++)
        {
            var (actor, key) = (company.Members[_dice.Next(230)], company.Keys[_dice.Next(company.Keys.Count)]);
            var at = clock.GetUtcNow();
            var entry = new AuditEvent
            {
                Id = Ids.New(clock),
                OrganizationId = company.OrganizationId,
                CreatedAt = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond)),
                Sequence = ++sequence,
                ActorId = actor.UserId,
                ActorName = actor.Name,
                ClientIp = "192.0.2.9",
                Action = (i % 4) switch { 0 => "key.create", 1 => "key.change", 2 => "budget.change", _ => "key.revoke" },
                SubjectType = "key",
                SubjectId = key.Id,
                SubjectName = key.Name,
                Allowed = i % 40 != 0,
                After = AuditTrail.Text(new { key.Name, key.TeamId }),
                PreviousHash = hash,
                Hash = [],
            };
            entry.Hash = hash = AuditTrail.HashOf(entry);
            names.UnionWith([actor.Name, key.Name]);
            db.Add(entry);
        }

        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"INSERT INTO audit_names (organization_id, name) SELECT {company.OrganizationId}, n FROM unnest({names.ToArray()}) n ON CONFLICT DO NOTHING");
        await transaction.CommitAsync();
    }

    /// <summary>The last three months of the organization, and last month's statements of forty teams.</summary>
    public async Task BillAsync()
    {
        await using var scope = services.CreateAsyncScope();
        var (drafts, finalize) = (scope.ServiceProvider.GetRequiredService<DraftBill>(), scope.ServiceProvider.GetRequiredService<FinalizeBill>());
        var actor = Actor.ForSystem("bench", company.OrganizationId);
        for (var ago = 3; ago >= 1; ago--)
        {
            var bill = await drafts.RunAsync(actor, company.OrganizationId, new BillDraft { Period = Month(ago) });
            if ((await finalize.RunAsync(actor, company.OrganizationId, bill.Value.Id)).Refusal is { } refusal) throw new InvalidOperationException(refusal.Message);
        }

        foreach (var team in company.Teams.Take(40))
        {
            var draft = new BillDraft { Period = Month(1), Scope = BillScope.Team, ScopeId = team.Id };
            if ((await drafts.RunAsync(actor, company.OrganizationId, draft)).Refusal is { } refusal) throw new InvalidOperationException(refusal.Message);
        }
    }

    private string Month(int ago) => clock.GetUtcNow().AddMonths(-ago).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private IEnumerable<object> Policies()
    {
        yield return Own(new ApprovalPolicy { Kind = "budget.raise", AboveAmount = 1_000, Steps = [Approver.ManagerOrFinance], Enabled = true }, 600);
        yield return Own(new ApprovalPolicy { Kind = "key.create", EnvironmentId = company.Environments[0].Id, Steps = [Approver.Manager, Approver.Finance], Enabled = true }, 600);
    }

    private IEnumerable<object> Grants() => company.Members.Skip(1_000).Take(300).Select((member, i) =>
        Own(new AccessGrant { UserId = member.UserId, Role = Role.Finance, Reason = "Month end", EndsAt = clock.GetUtcNow().AddDays(i - 200), GivenBy = company.Members[0].UserId, GivenByName = company.Members[0].Name }, 300 - i));

    private IEnumerable<object> Asked()
    {
        for (var i = 0; i < Requests; i++)
        {
            var key = company.Keys[_dice.Next(company.Keys.Count)];
            var asker = company.Members[230 + _dice.Next(4_000)];
            var open = i < StillOpen;
            var approval = Own(
                new Approval
                {
                    Kind = "key.remove",
                    Action = "key.remove",
                    SubjectType = "key",
                    SubjectId = key.Id,
                    SubjectName = key.Name,
                    Payload = "{}",
                    Places = [.. new[] { key.ProjectId, key.TeamId, company.DepartmentOf(key.TeamId) }.OfType<Guid>()],
                    RequestedBy = asker.UserId,
                    RequestedByName = asker.Name,
                    RequesterId = asker.UserId,
                    Status = open ? ApprovalStatus.Pending : i % 3 == 0 ? ApprovalStatus.Rejected : ApprovalStatus.Approved,
                    Steps = [Approver.Manager],
                    StepsDone = open ? 0 : 1,
                    ExpiresAt = clock.GetUtcNow().AddDays(open ? 3 : -1),
                    DecidedAt = open ? null : clock.GetUtcNow().AddDays(-2),
                },
                open ? 0.1 : 600.0 * i / Requests);
            yield return approval;
            yield return Own(new ApprovalEvent { ApprovalId = approval.Id, Kind = ApprovalEventKind.Requested, ActorId = asker.UserId, ActorName = asker.Name }, 0.1);
        }
    }

    private IEnumerable<object> Sessions() => company.Members.Take(4_000).SelectMany(member => Enumerable.Range(0, 2).Select(i => (object)new Session
    {
        Id = Ids.New(clock),
        UserId = member.UserId,
        CreatedAt = clock.GetUtcNow().AddDays(-3 - i),
        SeenAt = clock.GetUtcNow().AddDays(-i),
        AccessExpiresAt = clock.GetUtcNow().AddDays(11),
        ExpiresAt = clock.GetUtcNow().AddDays(11),
        ClientIp = "192.0.2.9",
    }));

    private IEnumerable<object> Tokens() => Enumerable.Range(0, 200).Select(i =>
    {
        var token = OpaqueToken.Create("aps_");
        return Own(new ServiceToken { Name = $"Script {i:000}", Role = Role.Member, TokenHash = token.Hash, Prefix = token.Text[..10], CreatedBy = company.Members[i].UserId }, i);
    });

    private T Own<T>(T row, double daysAgo) where T : TenantRow
    {
        (row.Id, row.OrganizationId, row.CreatedAt) = (Ids.New(clock), company.OrganizationId, clock.GetUtcNow().AddDays(-daysAgo));
        return row;
    }
}
