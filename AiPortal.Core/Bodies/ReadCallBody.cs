using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Bodies;

/// <summary>One text of a call as it was kept: redacted, and cut where it is <c>Truncated</c>. <c>Bytes</c> is how long it was.</summary>
public sealed record KeptText(string Text, long Bytes, bool Truncated);

/// <summary>What a call asked and was answered. Instants are UTC. A streamed answer is put together from its pieces.</summary>
public sealed record CallBody(
    Guid CallId, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, bool Streamed, IReadOnlyList<BodyRedaction> Redactions, KeptText Request, KeptText? Response);

/// <summary>The one way to a call's texts: for those who may, while they are kept, and each look is on the audit trail before it is had.</summary>
public sealed class ReadCallBody(ChangeGate gate, SecretVault vault, TimeProvider clock)
{
    public Task<Outcome<CallBody>> RunAsync(Actor actor, Guid organizationId, Guid callId, CancellationToken token = default) =>
        gate.RunAsync<CallBody>(actor, organizationId, Permission.ViewBodies, "call.read_body", async scope =>
        {
            var now = clock.GetUtcNow();
            var days = await scope.Db.Set<Organization>().Where(o => o.Id == organizationId).Select(o => o.BodyRetentionDays).SingleAsync(token);
            var row = await scope.Db.Set<CallBodyRow>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == callId && b.ExpiresAt > now, token);
            // A retention made shorter counts at once.
            if (row is null || row.StartedAt.AddDays(days) <= now) return Refusal.Missing("call_body");
            scope.Audit(new AuditNote("call.read_body", "call", callId, null));
            return Opened(row, days);
        }, token);

    private CallBody Opened(CallBodyRow row, int days)
    {
        var seal = new BodySeal(vault);
        var end = row.StartedAt.AddDays(days);
        var request = new KeptText(seal.Open(row.Request, row.OrganizationId, row.Id, BodyPart.Request), row.RequestBytes, row.RequestTruncated);
        var response = row.Response is { } box
            ? new KeptText(seal.Open(box, row.OrganizationId, row.Id, BodyPart.Response), row.ResponseBytes, row.ResponseTruncated)
            : null;
        return new CallBody(row.Id, row.StartedAt, end < row.ExpiresAt ? end : row.ExpiresAt, row.Streamed,
            [.. row.Redactions.Select(EnumWord.Parse<BodyRedaction>)], request, response);
    }
}
