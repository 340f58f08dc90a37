using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>Ends a service token at once, and with it what it made. Its row stays for the names in the audit trail.</summary>
public sealed class RevokeServiceToken(ChangeGate gate, TimeProvider clock)
{
    public Task<Outcome<Guid>> RunAsync(Actor actor, Guid organizationId, Guid id, CancellationToken token = default) =>
        gate.RunAsync<Guid>(actor, organizationId, Permission.ManageServiceTokens, "service_token.revoke", async scope =>
        {
            var row = await scope.Db.Set<ServiceToken>().SingleOrDefaultAsync(t => t.Id == id, token);
            if (row is null) return Refusal.Missing("service token");
            if (row.RevokedAt is not null) return new Refusal(RefusalKind.Conflict, "already_revoked", "This service token was revoked before.");
            var before = new { row.Name, row.Role, row.Prefix, row.ExpiresAt };
            row.RevokedAt = clock.GetUtcNow();
            scope.Audit(new AuditNote("service_token.revoke", "service_token", row.Id, row.Name, Before: before));
            return id;
        }, token);
}
