using System.Globalization;
using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Approvals.Policies;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Compliance;

/// <summary>Reads what auditors ask for. Sign-ins belong to people, not to organizations, so they are read by the system role, of members only.</summary>
public sealed class EvidenceReader(TenantDb tenants, PortalDatabase database, TimeProvider clock)
{
    private const int LongAgoDays = 90;
    private const int OldKeyDays = 365;

    public async Task<IReadOnlyList<EvidenceTable>> ReadAsync(Guid organizationId, EvidencePeriod period, CancellationToken token = default)
    {
        var people = await PeopleAsync(organizationId, token);
        return await tenants.ReadAsync<IReadOnlyList<EvidenceTable>>(organizationId, async db =>
        [
            AccessReview(people), await ServiceTokensAsync(db, token), RoleMatrix(), await KeysAsync(db, token), await ApprovalsAsync(db, period, token), await PoliciesAsync(db, token),
        ], token);
    }

    /// <summary>The organization's own settings that matter here.</summary>
    public Task<Organization> SettingsAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<Organization>().AsNoTracking().SingleAsync(o => o.Id == organizationId, token), token);

    public async Task<EvidenceFigures> FiguresAsync(Guid organizationId, CancellationToken token = default)
    {
        var now = clock.GetUtcNow();
        var (count, bare, away) = await PeopleFiguresAsync(organizationId, now.AddDays(-LongAgoDays), token);
        var (old, waiting) = await tenants.ReadAsync(organizationId, async db => (
            await db.Set<ApiKey>().CountAsync(k => k.DeletedAt == null && k.Status == KeyStatus.Active && k.CreatedAt < now.AddDays(-OldKeyDays), token),
            await db.Set<Approval>().CountAsync(a => a.Status == ApprovalStatus.Pending && a.ExpiresAt > now, token)), token);
        return new EvidenceFigures(count, bare, away, old, waiting);
    }

    /// <summary>How many there are, how many without a second factor, and how many who have not signed in since; counted in the database.</summary>
    private async Task<(int Count, int Bare, int Away)> PeopleFiguresAsync(Guid organizationId, DateTimeOffset since, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var people = db.Set<Membership>().Where(m => m.OrganizationId == organizationId);
        return (
            await people.CountAsync(token),
            await people.CountAsync(m => db.Set<PortalUser>().Any(u => u.Id == m.UserId && !u.TwoFactorEnabled), token),
            await people.CountAsync(m => !db.Set<Session>().Any(s => s.UserId == m.UserId && s.CreatedAt >= since), token));
    }

    private async Task<IReadOnlyList<Person>> PeopleAsync(Guid organizationId, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        var rows = await db.Set<Membership>().AsNoTracking().Where(m => m.OrganizationId == organizationId)
            .Join(db.Set<PortalUser>(), m => m.UserId, u => u.Id, (m, u) => new
            {
                Membership = m,
                u.TwoFactorEnabled,
                LastSeen = db.Set<Session>().Where(s => s.UserId == u.Id).Max(s => (DateTimeOffset?)s.CreatedAt),
            }).OrderBy(row => row.Membership.Name).ThenBy(row => row.Membership.Id).ToListAsync(token);
        return [.. rows.Select(row => new Person(row.Membership, row.TwoFactorEnabled, row.LastSeen))];
    }

    private static EvidenceTable AccessReview(IReadOnlyList<Person> people) => new(
        "access-review.csv", ["user_id", "name", "email", "role", "two_factor", "member_since", "last_sign_in"],
        [.. people.Select(p => (string?[])[Text(p.Membership.UserId), p.Membership.Name, p.Membership.Email, EnumWord.Of(p.Membership.Role), p.SecondFactor ? "yes" : "no", Text(p.Membership.CreatedAt), Text(p.LastSeen)])]);

    private static async Task<EvidenceTable> ServiceTokensAsync(PortalDb db, CancellationToken token)
    {
        var rows = await db.Set<ServiceToken>().AsNoTracking().OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(token);
        return new EvidenceTable("service-tokens.csv", ["id", "name", "role", "created_at", "created_by", "expires_at", "revoked_at"],
            [.. rows.Select(t => (string?[])[Text(t.Id), t.Name, EnumWord.Of(t.Role), Text(t.CreatedAt), Text(t.CreatedBy), Text(t.ExpiresAt), Text(t.RevokedAt)])]);
    }

    private static EvidenceTable RoleMatrix() => new(
        "role-matrix.csv", ["permission", .. Enum.GetValues<Role>().Select(EnumWord.Of)],
        [.. Enum.GetValues<Permission>().Select(permission => (IReadOnlyList<string?>)[EnumWord.Of(permission), .. Enum.GetValues<Role>().Select(role => Permissions.Allows(role, permission) ? "yes" : "no")])]);

    private async Task<EvidenceTable> KeysAsync(PortalDb db, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var owners = await db.Set<Membership>().AsNoTracking().ToDictionaryAsync(m => m.UserId, m => m.Name, token);
        var environments = await db.Set<DeploymentEnvironment>().AsNoTracking().ToDictionaryAsync(e => e.Id, e => e.Name, token);
        var rows = await db.Set<ApiKey>().AsNoTracking().Where(k => k.DeletedAt == null).OrderBy(k => k.CreatedAt).ThenBy(k => k.Id)
            .Select(k => new { Key = k, LastUsed = db.Set<CallLogRow>().Where(c => c.KeyId == k.Id).Max(c => (DateTimeOffset?)c.StartedAt) }).ToListAsync(token);
        return new EvidenceTable("key-inventory.csv", ["id", "name", "prefix", "owner", "environment", "status", "models", "created_at", "age_days", "expires_at", "last_used_at"],
        [
            .. rows.Select(row => (string?[])
            [
                Text(row.Key.Id), row.Key.Name, row.Key.Prefix, Name(owners, row.Key.OwnerUserId), Name(environments, row.Key.EnvironmentId), EnumWord.Of(row.Key.Status),
                row.Key.Models is null ? "all" : string.Join(' ', row.Key.Models), Text(row.Key.CreatedAt), ((int)(now - row.Key.CreatedAt).TotalDays).ToString(CultureInfo.InvariantCulture),
                Text(row.Key.ExpiresAt), Text(row.LastUsed),
            ]),
        ]);
    }

    private async Task<EvidenceTable> ApprovalsAsync(PortalDb db, EvidencePeriod period, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var rows = await db.Set<Approval>().AsNoTracking().Where(a => a.CreatedAt >= period.From && a.CreatedAt < period.To).OrderBy(a => a.CreatedAt).ThenBy(a => a.Id).ToListAsync(token);
        var ids = rows.Select(a => a.Id).ToArray();
        var decisions = (await db.Set<ApprovalEvent>().AsNoTracking().Where(e => ids.Contains(e.ApprovalId) && (e.Kind == ApprovalEventKind.Approved || e.Kind == ApprovalEventKind.Rejected))
            .OrderBy(e => e.CreatedAt).ToListAsync(token)).ToLookup(e => e.ApprovalId);
        return new EvidenceTable("approvals.csv", ["id", "kind", "action", "subject", "requested_by", "requested_at", "status", "steps", "decisions", "decided_at"],
        [
            .. rows.Select(a => (string?[])
            [
                Text(a.Id), a.Kind, a.Action, a.SubjectName, a.RequestedByName, Text(a.CreatedAt), EnumWord.Of(a.StatusAt(now)), string.Join(" > ", a.Steps.Select(EnumWord.Of)),
                string.Join("; ", decisions[a.Id].Select(e => $"{EnumWord.Of(e.Kind)} by {e.ActorName}{(e.OnBehalfOfName is { } absent ? $" for {absent}" : "")} at {Text(e.CreatedAt)}")), Text(a.DecidedAt),
            ]),
        ]);
    }

    private static async Task<EvidenceTable> PoliciesAsync(PortalDb db, CancellationToken token)
    {
        var environments = await db.Set<DeploymentEnvironment>().AsNoTracking().ToDictionaryAsync(e => e.Id, e => e.Name, token);
        var rows = await db.Set<ApprovalPolicy>().AsNoTracking().OrderBy(p => p.Kind).ThenBy(p => p.AboveAmount).ToListAsync(token);
        return new EvidenceTable("approval-policies.csv", ["id", "kind", "above_amount", "environment", "steps", "expires_after_hours", "in_force", "changed_at"],
        [
            .. rows.Select(p => (string?[])
            [
                Text(p.Id), p.Kind, p.AboveAmount?.ToString("0.############", CultureInfo.InvariantCulture), Name(environments, p.EnvironmentId), string.Join(" > ", p.Steps.Select(EnumWord.Of)),
                p.ExpiresAfterHours.ToString(CultureInfo.InvariantCulture), p.Enabled ? "yes" : "no", Text(p.UpdatedAt),
            ]),
        ]);
    }

    private static string? Name(Dictionary<Guid, string> names, Guid? id) => id is { } some ? names.GetValueOrDefault(some) ?? some.ToString() : null;

    private static string Text(Guid id) => id.ToString();

    private static string? Text(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private sealed record Person(Membership Membership, bool SecondFactor, DateTimeOffset? LastSeen);
}
