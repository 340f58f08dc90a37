using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>What walking a chain found. <c>FirstBrokenId</c> is null when it is whole.</summary>
public sealed record AuditVerdict(bool Ok, long Checked, Guid? FirstBrokenId);

/// <summary>Walks an organization's audit chain from its beginning.</summary>
public static class AuditVerification
{
    private const int Page = 1000;

    public static async Task<AuditVerdict> RunAsync(PortalDb db, Guid organizationId, CancellationToken token = default)
    {
        long seen = 0;
        var previous = new byte[32];
        while (true)
        {
            var after = seen;
            var page = await db.Set<AuditEvent>().AsNoTracking()
                .Where(a => a.OrganizationId == organizationId && a.Sequence > after)
                .OrderBy(a => a.Sequence).Take(Page).ToListAsync(token);
            foreach (var entry in page)
            {
                if (entry.Sequence != seen + 1 || !entry.PreviousHash.AsSpan().SequenceEqual(previous)
                    || !AuditTrail.HashOf(entry).AsSpan().SequenceEqual(entry.Hash))
                    return new AuditVerdict(false, seen, entry.Id);
                previous = entry.Hash;
                seen = entry.Sequence;
            }

            if (page.Count < Page) return new AuditVerdict(true, seen, null);
        }
    }
}
