using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>
/// A signed-in person makes an organization and becomes its owner. It does not pass the change gate, as nobody has a role in
/// what does not exist yet; the rest of the gate's order is kept: validate, change, audit row, one transaction.
/// </summary>
public sealed class CreateOrganization(PortalDatabase database, TenantDb tenants, IConfigurationListener listener, TimeProvider clock)
{
    public async Task<Outcome<Organization>> RunAsync(Actor actor, OrganizationDraft draft, CancellationToken token = default)
    {
        if (actor.IsService) return Refusal.Denied("A service token belongs to one organization and cannot make another.");
        if (actor.ConfinedTo is not null) return Refusal.Denied("Sign in with your password to make another organization.");
        if (actor.Owes is not null) return Refusal.Denied("Finish signing in first.");
        if (draft.Check() is { } refusal) return refusal;
        var person = await PersonAsync(actor.Id, token);
        if (person is null) return Refusal.Denied("Only a person can make an organization.");

        var row = new Organization { Id = Ids.New(clock), Name = draft.Name };
        row.OrganizationId = row.Id;
        draft.ApplyTo(row);
        await using (var transaction = await tenants.OpenAsync(row.Id, token))
        {
            transaction.Db.Add(row);
            transaction.Db.Add(new Membership { UserId = person.Id, Email = person.Email!, Name = person.Name, Role = Role.Owner });
            await transaction.Db.SaveChangesAsync(token);
            var note = new AuditNote("organization.create", "organization", row.Id, row.Name, After: draft);
            await AuditTrail.AppendAsync(transaction, note, actor.Id, actor.Name, actor.ClientIp, true, clock, token);
            await transaction.Db.SaveChangesAsync(token);
            await Notifications.AnnounceConfigurationAsync(transaction.Db, token);
            await transaction.CommitAsync(token);
        }

        await listener.ChangedAsync(CancellationToken.None);
        return row;
    }

    private async Task<PortalUser?> PersonAsync(Guid id, CancellationToken token)
    {
        await using var db = database.OpenSystem();
        return await db.Set<PortalUser>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, token);
    }
}
