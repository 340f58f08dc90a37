using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Organizations;

/// <summary>Changes an organization's name, calendar, currency or policy.</summary>
public sealed class ChangeOrganization(ChangeGate gate)
{
    public Task<Outcome<Organization>> RunAsync(Actor actor, Guid organizationId, OrganizationDraft draft, CancellationToken token = default) =>
        gate.RunAsync<Organization>(actor, organizationId, Permission.ManageOrganization, "organization.update", async scope =>
        {
            if (draft.Check() is { } refusal) return refusal;
            var row = await scope.Db.Set<Organization>().SingleAsync(o => o.Id == organizationId, token);
            var before = OrganizationDraft.Of(row);
            draft.ApplyTo(row);
            scope.Audit(new AuditNote("organization.update", "organization", row.Id, row.Name, before, draft));
            scope.RefreshGateway();
            return row;
        }, token);
}
