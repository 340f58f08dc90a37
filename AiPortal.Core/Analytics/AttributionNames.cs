using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Core.Analytics;

/// <summary>Who a call was attributed to, by name; dimensions it was not attributed to are absent.</summary>
public sealed class AttributionNames(TenantDb tenants)
{
    /// <summary>From the widest dimension to the narrowest. A thing whose name is gone keeps its place with null.</summary>
    public Task<IReadOnlyList<AttributedTo>> ReadAsync(Guid organizationId, Attribution attribution, CancellationToken token = default) =>
        tenants.ReadAsync<IReadOnlyList<AttributedTo>>(organizationId, async db =>
        {
            var names = new List<AttributedTo>();
            foreach (var (dimension, id) in Chain(attribution))
            {
                if (id is { } known)
                    names.Add(new AttributedTo(dimension, known, (await NameBook.ReadAsync(db, dimension, [known], token)).GetValueOrDefault(known)));
            }

            return names;
        }, token);

    private static IEnumerable<(Dimension Dimension, Guid? Id)> Chain(Attribution to) =>
    [
        (Dimension.Department, to.DepartmentId), (Dimension.Team, to.TeamId), (Dimension.Project, to.ProjectId), (Dimension.CostCenter, to.CostCenterId),
        (Dimension.Environment, to.EnvironmentId), (Dimension.User, to.UserId), (Dimension.Key, to.KeyId),
    ];
}

/// <summary>One link of the chain.</summary>
public sealed record AttributedTo(Dimension Dimension, Guid Id, string? Name);
