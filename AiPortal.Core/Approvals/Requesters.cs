using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Approvals;

/// <summary>Who really asks: a token is as good as the person who made it, also through tokens made with tokens.</summary>
internal static class Requesters
{
    public static async Task<Guid> PersonOfAsync(PortalDb db, Actor actor, CancellationToken token)
    {
        if (!actor.IsService) return actor.Id;
        var makers = await db.Set<ServiceToken>().AsNoTracking().Select(t => new { t.Id, t.CreatedBy }).ToDictionaryAsync(t => t.Id, t => t.CreatedBy, token);
        var person = actor.Id;
        // A maker is older than what it makes, so this ends.
        while (makers.TryGetValue(person, out var maker)) person = maker;
        return person;
    }
}
