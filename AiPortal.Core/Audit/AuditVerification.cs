using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>A point of a chain, kept elsewhere: a chain that was written anew from before it does not hold this hash at this place.</summary>
public sealed record AuditAnchor(Guid OrganizationId, long Sequence, string Hash, DateTimeOffset At)
{
    /// <summary>Base64 of the public key (SubjectPublicKeyInfo); null for an anchor of a portal before signatures.</summary>
    public string? Key { get; init; }

    /// <summary>Base64 of the signature (DER).</summary>
    public string? Signature { get; init; }
}

/// <summary>What walking a chain found. <c>FirstBrokenId</c> is null when every link holds.</summary>
public sealed record AuditVerdict(bool Ok, long Checked, Guid? FirstBrokenId)
{
    /// <summary>Of the last event that was checked; lower-case hexadecimal, null for an empty chain.</summary>
    public string? LastHash { get; init; }

    /// <summary>Whether the chain holds the anchor that was asked about; null where none was, or where retention has taken its place away. <see cref="Ok"/> needs that it is not false.</summary>
    public bool? AnchorOk { get; init; }

    /// <summary>The last event that retention took away, behind a signed cut; 0 where all are kept.</summary>
    public long KeptAfter { get; init; }
}

/// <summary>Walks an organization's audit chain from its beginning, or from the signed cut that retention left.</summary>
public static class AuditVerification
{
    private const int Page = 1000;

    /// <param name="db">Sees the organization.</param>
    /// <param name="organizationId">Whose chain.</param>
    /// <param name="seals">Checks the cut.</param>
    /// <param name="anchor">A point that it must still hold.</param>
    /// <param name="until">The last event to look at; null: all.</param>
    /// <param name="token">Ends the walk.</param>
    public static async Task<AuditVerdict> RunAsync(
        PortalDb db, Guid organizationId, AuditSeals seals, (long Sequence, string Hash)? anchor = null, long? until = null, CancellationToken token = default)
    {
        var cut = await db.Set<AuditCut>().AsNoTracking().Where(c => c.OrganizationId == organizationId).OrderByDescending(c => c.Sequence).FirstOrDefaultAsync(token);
        var (first, seen, previous) = (cut?.Sequence ?? 0, cut?.Sequence ?? 0, cut?.Hash ?? new byte[32]);
        bool? held = anchor is null || anchor.Value.Sequence < first ? null : false;
        Hold();
        if (cut is not null && (!seals.IsOurs(cut) || await IsPatchedAsync(db, cut, token))) return Verdict(false, cut.Id);
        while (true)
        {
            var after = seen;
            var page = await db.Set<AuditEvent>().AsNoTracking()
                .Where(a => a.OrganizationId == organizationId && a.Sequence > after && (until == null || a.Sequence <= until))
                .OrderBy(a => a.Sequence).Take(Page).ToListAsync(token);
            foreach (var entry in page)
            {
                if (entry.Sequence != seen + 1 || !entry.PreviousHash.AsSpan().SequenceEqual(previous)
                    || !AuditTrail.HashOf(entry).AsSpan().SequenceEqual(entry.Hash))
                    return Verdict(false, entry.Id);
                (previous, seen) = (entry.Hash, entry.Sequence);
                Hold();
            }

            if (page.Count < Page) return Verdict(held is not false, null);
        }

        void Hold()
        {
            if (anchor is { } asked && asked.Sequence == seen && seen > 0) held = string.Equals(asked.Hash, Convert.ToHexStringLower(previous), StringComparison.OrdinalIgnoreCase);
        }

        AuditVerdict Verdict(bool ok, Guid? broken) =>
            new(ok, seen - first, broken) { LastHash = seen == 0 ? null : Convert.ToHexStringLower(previous), AnchorOk = held, KeptAfter = first };
    }

    /// <summary>Retention leaves nothing before its cut, and at least its own event after it.</summary>
    private static async Task<bool> IsPatchedAsync(PortalDb db, AuditCut cut, CancellationToken token)
    {
        var events = db.Set<AuditEvent>().AsNoTracking().Where(a => a.OrganizationId == cut.OrganizationId);
        return await events.AnyAsync(a => a.Sequence <= cut.Sequence, token) || !await events.AnyAsync(a => a.Sequence > cut.Sequence, token);
    }
}
