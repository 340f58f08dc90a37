using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Approvals;

/// <summary>Whose yes a step of a request needs. A higher role stands in for a lower one of its line.</summary>
public enum Approver { Manager, Finance, ManagerOrFinance, Administrator, Owner }

/// <summary>Which roles an approver may have.</summary>
public static class Approvers
{
    private static readonly Dictionary<Approver, Role[]> Table = new()
    {
        [Approver.Manager] = [Role.Manager, Role.Administrator, Role.Owner],
        [Approver.Finance] = [Role.Finance, Role.Owner],
        [Approver.ManagerOrFinance] = [Role.Manager, Role.Finance, Role.Administrator, Role.Owner],
        [Approver.Administrator] = [Role.Administrator, Role.Owner],
        [Approver.Owner] = [Role.Owner],
    };

    public static IReadOnlyList<Role> Roles(this Approver approver) => Table[approver];

    public static bool Includes(this Approver approver, Role role) => Table[approver].Contains(role);

    /// <summary>The steps that a role can take.</summary>
    public static Approver[] Of(Role role) => [.. Table.Where(row => row.Value.Contains(role)).Select(row => row.Key)];
}
