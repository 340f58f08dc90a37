using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>Writes down which requests nobody decided in time. They cannot be decided from that instant on, whether this has run or not.</summary>
public sealed class ExpireApprovals(PortalDatabase database, IEnumerable<IApprovedAction> actions, TimeProvider clock) : IScheduledJob
{
    private const int Most = 500;

    public string Name => "approvals.expire";

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<string> RunAsync(CancellationToken token)
    {
        List<(Guid Organization, Guid Id)> due;
        await using (var db = database.OpenSystem())
        {
            var now = clock.GetUtcNow();
            due = [.. (await db.Set<Approval>().AsNoTracking().Where(a => a.Status == ApprovalStatus.Pending && a.ExpiresAt <= now).OrderBy(a => a.ExpiresAt).Take(Most)
                .Select(a => new { a.OrganizationId, a.Id }).ToListAsync(token)).Select(a => (a.OrganizationId, a.Id))];
        }

        foreach (var (organization, id) in due) await ExpireAsync(organization, id, token);
        return due.Count.ToString(CultureInfo.InvariantCulture);
    }

    private async Task ExpireAsync(Guid organization, Guid id, CancellationToken token)
    {
        await using var transaction = await new TenantDb(database).OpenAsync(organization, token);
        var approval = await transaction.Db.Set<Approval>().FromSql($"SELECT * FROM approvals WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(token);
        if (approval is not { Status: ApprovalStatus.Pending }) return;
        var actor = Actor.ForSystem("portal", organization);
        var scope = new ChangeScope(transaction, actor);
        (approval.Status, approval.DecidedAt, approval.SecretCipher) = (ApprovalStatus.Expired, approval.ExpiresAt, null);
        if (actions.FirstOrDefault(action => action.Name == approval.Action) is { } action) await action.EndAsync(scope, approval, null, token);
        transaction.Db.Add(ApprovalHistory.Event(approval, ApprovalEventKind.Expired, actor, clock, null));
        await AuditTrail.AppendAsync(transaction, new AuditNote("approval.expire", "approval", id, approval.SubjectName, After: new { approval.Kind, approval.ExpiresAt }),
            null, actor.Name, null, true, clock, token);
        await Notifications.SignalAsync(transaction.Db, Approval.Topic(organization), token);
        await transaction.CommitAsync(token);
    }
}
