using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>A point of a chain, kept elsewhere: a chain that was written anew from before it does not hold this hash at this place.</summary>
public sealed record AuditAnchor(Guid OrganizationId, long Sequence, string Hash, DateTimeOffset At);

/// <summary>What walking a chain found. <c>FirstBrokenId</c> is null when every link holds.</summary>
public sealed record AuditVerdict(bool Ok, long Checked, Guid? FirstBrokenId)
{
    /// <summary>Of the last event that was checked; lower-case hexadecimal, null for an empty chain.</summary>
    public string? LastHash { get; init; }

    /// <summary>Whether the chain holds the anchor that was asked about; null where none was. <see cref="Ok"/> needs it.</summary>
    public bool? AnchorOk { get; init; }
}

/// <summary>Walks an organization's audit chain from its beginning.</summary>
public static class AuditVerification
{
    private const int Page = 1000;

    public static async Task<AuditVerdict> RunAsync(PortalDb db, Guid organizationId, (long Sequence, string Hash)? anchor = null, CancellationToken token = default)
    {
        long seen = 0;
        var previous = new byte[32];
        bool? held = anchor is null ? null : false;
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
                    return new AuditVerdict(false, seen, entry.Id) { LastHash = Text(seen, previous), AnchorOk = held };
                previous = entry.Hash;
                seen = entry.Sequence;
                if (anchor is { } asked && asked.Sequence == seen) held = string.Equals(asked.Hash, Convert.ToHexStringLower(previous), StringComparison.OrdinalIgnoreCase);
            }

            if (page.Count < Page) return new AuditVerdict(held is not false, seen, null) { LastHash = Text(seen, previous), AnchorOk = held };
        }
    }

    private static string? Text(long seen, byte[] hash) => seen == 0 ? null : Convert.ToHexStringLower(hash);
}
