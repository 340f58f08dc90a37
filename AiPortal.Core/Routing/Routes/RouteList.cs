using System.Globalization;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Routing.Routes;

/// <summary>An organization's routes in the order in which they are looked at.</summary>
public sealed class RouteList(TenantDb tenants)
{
    /// <param name="after">Position and id of the last row of the page before.</param>
    public Task<Page<ModelRoute>> PageAsync(Guid organizationId, string? search, int limit, (int Position, Guid Id)? after, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, async db =>
        {
            var rows = db.Set<ModelRoute>().AsNoTracking();
            if (search is { } text)
            {
                var pattern = LikePattern.Contains(text);
                rows = rows.Where(route => EF.Functions.ILike(route.Name, pattern, @"\") || EF.Functions.ILike(route.Model, pattern, @"\"));
            }

            if (after is { } last) rows = rows.Where(route => EF.Functions.GreaterThan(ValueTuple.Create(route.Position, route.Id), ValueTuple.Create(last.Position, last.Id)));
            var page = await rows.OrderBy(route => route.Position).ThenBy(route => route.Id).Take(limit + 1).ToListAsync(token);
            return Page<ModelRoute>.Of(page, limit, row => Cursor.Of(row.Position.ToString(CultureInfo.InvariantCulture), row.Id.ToString()));
        }, token);

    /// <summary>Null where it is not there.</summary>
    public Task<ModelRoute?> FindAsync(Guid organizationId, Guid id, CancellationToken token = default) =>
        tenants.ReadAsync(organizationId, db => db.Set<ModelRoute>().AsNoTracking().SingleOrDefaultAsync(route => route.Id == id, token), token);
}
