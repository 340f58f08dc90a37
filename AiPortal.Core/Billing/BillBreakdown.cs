namespace AiPortal.Core.Billing;

/// <summary>Printed amounts of a bill's total under one heading; null is what has no such attribution.</summary>
public sealed record BillShare(string? Name, long Requests, decimal Amount);

/// <summary>The ways a bill is looked at. Each adds up to the bill's total, for each sums the same printed lines.</summary>
public enum BillDimension { CostCenter, Team, Project, Model, Provider }

/// <summary>A bill's total by one attribution.</summary>
public static class BillBreakdown
{
    /// <summary>Largest first; without the unresolved section, which is outside the total.</summary>
    public static IReadOnlyList<BillShare> By(IEnumerable<BillLine> lines, BillDimension dimension)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return [.. lines.Where(line => line.Section != BillSections.Unresolved)
            .GroupBy(line => Key(line, dimension))
            .Select(group => new BillShare(group.Key.Name,
                group.Where(line => line.Section == BillSections.Usage).Sum(line => line.Requests), group.Sum(line => line.Amount)))
            .OrderByDescending(share => share.Amount).ThenBy(share => share.Name, StringComparer.Ordinal)];
    }

    // Two teams of one name stay two.
    private static (Guid? Id, string? Name) Key(BillLine line, BillDimension dimension) => dimension switch
    {
        BillDimension.CostCenter => (line.CostCenterId, line.CostCenterName),
        BillDimension.Team => (line.TeamId, line.TeamName),
        BillDimension.Project => (line.ProjectId, line.ProjectName),
        BillDimension.Model => (null, line.ModelName),
        BillDimension.Provider => (null, line.ProviderName),
    };
}
