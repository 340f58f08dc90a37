using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Access;

/// <summary>Something a role may or may not do.</summary>
public enum Permission
{
    ViewCost,
    ViewCalls,
    ViewKeys,
    ViewProviders,
    ViewPrices,
    ViewBudgets,
    ViewBills,
    ViewStructure,
    ViewMembers,
    ViewAudit,
    ManageOrganization,
    ManageStructure,
    ManageMembers,
    ManageProviders,
    ManagePrices,
    ManageKeys,
    ManageBudgets,

    /// <summary>Ask for more of a budget, and see its name, limit and use to do so.</summary>
    RequestBudget,

    /// <summary>Ask for a key of one's own, and have its secret once somebody has agreed.</summary>
    RequestKey,
    ManageBills,

    /// <summary>Corrections, refunds, resolved outcomes and imported usage.</summary>
    ManageRecords,
    ManageServiceTokens,

    /// <summary>What callers asked and were answered, where it is kept.</summary>
    ViewBodies,

    /// <summary>One's own requests, and those that one may decide; which those are, the request's steps say.</summary>
    UseApprovals,

    /// <summary>Everybody's requests.</summary>
    ViewApprovals,

    /// <summary>Which changes need whose approval.</summary>
    ManageApprovals,

    /// <summary>Directories and providers that say who people are: whoever sets them decides who gets in.</summary>
    ManageSignIn,
}

/// <summary>Who may what: the one table.</summary>
public static class Permissions
{
    private static readonly Permission[] Everything = Enum.GetValues<Permission>();

    private static readonly Permission[] Views =
    [
        Permission.ViewCost, Permission.ViewCalls, Permission.ViewKeys, Permission.ViewProviders, Permission.ViewPrices,
        Permission.ViewBudgets, Permission.ViewBills, Permission.ViewStructure, Permission.ViewMembers,
        Permission.UseApprovals, Permission.ViewApprovals,
    ];

    private static readonly Dictionary<Role, HashSet<Permission>> Table = new()
    {
        [Role.Owner] = [.. Everything],
        [Role.Administrator] = [.. Everything.Where(permission => permission != Permission.ManageSignIn)],
        [Role.Finance] = [.. Views, Permission.ManagePrices, Permission.ManageBudgets, Permission.RequestBudget, Permission.RequestKey, Permission.ManageBills, Permission.ManageRecords],
        [Role.Manager] = [.. Views, Permission.ManageKeys, Permission.ManageBudgets, Permission.RequestBudget, Permission.RequestKey],
        [Role.Member] = [Permission.ViewStructure, Permission.ViewPrices, Permission.RequestBudget, Permission.RequestKey, Permission.UseApprovals],
        [Role.Service] = [.. Views, Permission.ManageKeys, Permission.ManageRecords, Permission.RequestBudget],
        [Role.Auditor] = [.. Views, Permission.ViewAudit],
    };

    /// <summary>What a manager of a department, team or project may there. Whatever lies above or beside, is a member's to him.</summary>
    private static readonly HashSet<Permission> InPlace =
    [
        Permission.ViewCost, Permission.ViewCalls, Permission.ViewKeys, Permission.ViewBudgets, Permission.ViewMembers, Permission.ViewApprovals,
        Permission.ManageKeys, Permission.ManageBudgets,
    ];

    /// <summary>The roles that people have.</summary>
    public static IReadOnlyList<Role> OfPeople { get; } = [Role.Owner, Role.Administrator, Role.Finance, Role.Manager, Role.Member, Role.Auditor];

    public static bool Allows(Role role, Permission permission) => Table[role].Contains(permission);

    /// <summary>Roles that can be given for a part of the organization.</summary>
    public static bool IsForPlaces(Role role) => role == Role.Manager;

    /// <summary>What a role allows that was given for a part of the organization, in that part.</summary>
    public static bool AllowsInPlace(Role role, Permission permission) => IsForPlaces(role) && InPlace.Contains(permission) && Allows(role, permission);

    /// <summary>True where <paramref name="role"/> may hand out <paramref name="given"/>: nobody gives more than he has.</summary>
    public static bool MayGrant(Role role, Role given) => role == Role.Owner || (given != Role.Owner && Table[role].IsSupersetOf(Table[given]));
}
