using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using AiPortal.Core.Budgets;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Analytics;

/// <summary>What an organization that has calls would do next.</summary>
public sealed record SetUp(bool HasTeam, bool HasBudget, bool HasColleague, bool HasChannel)
{
    public bool IsDone => HasTeam && HasBudget && HasColleague && HasChannel;
}

/// <summary>Reads <see cref="SetUp"/>.</summary>
public sealed class SetUpReads(TenantDb tenants)
{
    public Task<SetUp> ReadAsync(Guid organizationId, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db => new SetUp(
            await db.Set<Team>().AnyAsync(token),
            await db.Set<Budget>().AnyAsync(token),
            await db.Set<Membership>().Skip(1).AnyAsync(token) || await db.Set<Invitation>().AnyAsync(token),
            await db.Set<AlertChannels>().AnyAsync(channels => (channels.WebhookUrl != null && channels.WebhookGoneAt == null) || channels.MailRecipients.Length > 0, token)), token);
}
