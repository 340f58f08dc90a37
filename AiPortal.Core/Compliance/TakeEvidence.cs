using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Compliance;

/// <summary>Notes that somebody takes an evidence pack away, before it is made.</summary>
public sealed class TakeEvidence(ChangeGate gate)
{
    public Task<Outcome<EvidencePeriod>> RunAsync(Actor actor, Guid organizationId, EvidencePeriod period, CancellationToken token = default) =>
        gate.RunAsync<EvidencePeriod>(actor, organizationId, Permission.ViewAudit, "compliance.export", scope =>
        {
            if (period.To <= period.From) return Task.FromResult<Outcome<EvidencePeriod>>(Refusal.Field("to", "Must be after from."));
            scope.Audit(new AuditNote("compliance.export", "compliance", null, null, After: period));
            return Task.FromResult<Outcome<EvidencePeriod>>(period);
        }, token);
}
