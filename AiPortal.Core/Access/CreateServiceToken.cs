using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Access;

/// <summary>A new token; <c>Secret</c> is in clear, given once.</summary>
public sealed record CreatedServiceToken(ServiceToken Row, string Secret);

/// <summary>Makes a token for scripts, confined to one organization and never wider than its maker.</summary>
public sealed class CreateServiceToken(ChangeGate gate, TimeProvider clock)
{
    private const int PrefixLength = 12;

    public Task<Outcome<CreatedServiceToken>> RunAsync(Actor actor, Guid organizationId, ServiceTokenDraft draft, CancellationToken token = default) =>
        gate.RunAsync<CreatedServiceToken>(actor, organizationId, Permission.ManageServiceTokens, "service_token.create", scope =>
        {
            var faults = new FieldFaults();
            draft.Check(faults, clock.GetUtcNow());
            if (faults.Any) return Refused(faults.ToRefusal());
            if (actor.RoleIn(organizationId) is not { } own || !Permissions.MayGrant(own, draft.Role))
                return Refused(Refusal.Denied($"Your role cannot give the role {EnumWord.Of(draft.Role)}."));

            var secret = OpaqueToken.Create(ActorSource.ServicePrefix);
            var row = new ServiceToken
            {
                Id = Ids.New(clock),
                OrganizationId = organizationId,
                Name = draft.Name.Trim(),
                Role = draft.Role,
                TokenHash = secret.Hash,
                Prefix = secret.Text[..PrefixLength],
                CreatedBy = actor.Id,
                ExpiresAt = draft.ExpiresAt,
            };
            scope.Db.Add(row);
            scope.Audit(new AuditNote("service_token.create", "service_token", row.Id, row.Name, After: new { row.Name, row.Role, row.Prefix, row.ExpiresAt }));
            return Task.FromResult<Outcome<CreatedServiceToken>>(new CreatedServiceToken(row, secret.Text));
        }, token);

    private static Task<Outcome<CreatedServiceToken>> Refused(Refusal refusal) => Task.FromResult<Outcome<CreatedServiceToken>>(refusal);
}
