using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets;

/// <summary>
/// Who manages a part of the organization changes the budgets below it: not the one that bounds the part itself, which is his own
/// limit, nor the one over himself. For more of those he asks.
/// </summary>
public static class OwnLimits
{
    /// <summary>Whether a budget is such a limit to somebody who may change budgets in <paramref name="places"/>; null: everywhere.</summary>
    public static bool IsOwn(Places? places, QuotaType type, Guid scopeId) =>
        places is not null && (places.IsRoot(scopeId) || (type == QuotaType.User && scopeId == places.ReaderId));

    internal static Refusal? Check(ChangeScope scope, QuotaType type, Guid scopeId) =>
        IsOwn(scope.Places, type, scopeId)
            ? Refusal.Denied("This budget is the limit you work under yourself: ask for more of it.")
            : null;

    /// <summary>The parts of the organization that lie around a budget's scope: their managers may decide about it.</summary>
    internal static Task<IReadOnlyCollection<Guid>> DecidersAsync(ChangeScope scope, QuotaType type, Guid scopeId, CancellationToken token) =>
        scope.WideAsync<IReadOnlyCollection<Guid>>(async () =>
        {
            var db = scope.Db;
            IReadOnlyCollection<Guid> around = type switch
            {
                QuotaType.Department => await PlaceChain.AroundAsync(db, departmentId: scopeId, token: token),
                QuotaType.Team => await PlaceChain.AroundAsync(db, teamId: scopeId, token: token),
                QuotaType.Project => await PlaceChain.AroundAsync(db, projectId: scopeId, token: token),
                QuotaType.User => await PlaceChain.AroundAsync(db, userId: scopeId, token: token),
                QuotaType.Key => await db.Set<ApiKey>().SingleOrDefaultAsync(k => k.Id == scopeId, token) is { } key
                    ? await PlaceChain.AroundAsync(db, key.ProjectId, key.TeamId, key.OwnerUserId, token: token)
                    : [],
                QuotaType.Organization or QuotaType.CostCenter or QuotaType.Environment => [],
            };
            return [.. around.Where(id => id != scopeId)];
        }, token);
}
