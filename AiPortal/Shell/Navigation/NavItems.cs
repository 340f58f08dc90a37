using AiPortal.Core.Access;

namespace AiPortal.Shell.Navigation;

internal enum NavGroup
{
    Overview,
    Spend,
    Control,
    Finance,
    Gateway,
    Settings,
}

/// <summary>One entry of the rail. <paramref name="TextKey"/> is a key of ShellText; who has not what it <paramref name="Needs"/> does not see it (everybody does when null).</summary>
internal sealed record NavItem(string Route, string Icon, string TextKey, NavGroup Group, Permission? Needs = null, bool OnPhoneBar = false);

/// <summary>A small figure beside the menu entry of a route, drawn by a component of the feature that knows it.</summary>
internal sealed record NavBadge(string Route, Type Component);

/// <summary>The portal's menu: a new page adds its line here and its word to ShellText.</summary>
internal static class NavItems
{
    internal static IReadOnlyList<NavItem> All { get; } =
    [
        new("/", "dashboard", "Nav.Dashboard", NavGroup.Overview, Permission.ViewCost, OnPhoneBar: true),
        new("/calls", "calls", "Nav.Calls", NavGroup.Spend, Permission.ViewCalls, OnPhoneBar: true),
        new("/keys", "keys", "Nav.Keys", NavGroup.Control, Permission.ViewKeys, OnPhoneBar: true),
        new("/my-keys", "user", "Nav.MyKeys", NavGroup.Control, Permission.RequestKey),
        new("/budgets", "budgets", "Nav.Budgets", NavGroup.Control, Permission.ViewBudgets),
        new("/approvals", "approvals", "Nav.Approvals", NavGroup.Control, Permission.UseApprovals),
        new("/alerts", "bell", "Nav.Alerts", NavGroup.Control, Permission.ViewBudgets),
        new("/bills", "bills", "Nav.Bills", NavGroup.Finance, Permission.ViewBills, OnPhoneBar: true),
        new("/corrections", "edit", "Nav.Corrections", NavGroup.Finance, Permission.ViewCost),
        new("/ledger-health", "chart", "Nav.LedgerHealth", NavGroup.Finance, Permission.ViewCost),
        new("/providers", "providers", "Nav.Providers", NavGroup.Gateway, Permission.ViewProviders),
        new("/routes", "routes", "Nav.Routes", NavGroup.Gateway, Permission.ViewProviders),
        new("/models", "models", "Nav.Models", NavGroup.Gateway, Permission.ViewPrices),
        new("/playground", "play", "Nav.Playground", NavGroup.Gateway),
        new("/api", "api", "Nav.Api", NavGroup.Gateway),
        new("/vault", "lock", "Nav.Vault", NavGroup.Settings, Permission.ManageOrganization),
        new("/members", "members", "Nav.Members", NavGroup.Settings, Permission.ViewMembers),
        new("/access", "eye", "Nav.Access", NavGroup.Settings, Permission.ViewMembers),
        new("/structure", "structure", "Nav.Structure", NavGroup.Settings, Permission.ViewStructure),
        new("/environments", "environment", "Nav.Environments", NavGroup.Settings, Permission.ManageStructure),
        new("/audit", "table", "Nav.Audit", NavGroup.Settings, Permission.ViewAudit),
        new("/key-access", "clock", "Nav.KeyAccess", NavGroup.Settings, Permission.ViewCalls),
        new("/compliance", "audit", "Nav.Compliance", NavGroup.Settings, Permission.ViewAudit),
        new("/settings/sign-in", "user", "Nav.SignIn", NavGroup.Settings, Permission.ManageSignIn),
        new("/settings", "organization", "Nav.Settings", NavGroup.Settings, Permission.ManageOrganization),
    ];

    /// <summary>The entries that somebody with these permissions sees.</summary>
    internal static IEnumerable<NavItem> For(IReadOnlySet<Permission> permissions) => All.Where(item => item.Needs is not { } needed || permissions.Contains(needed));
}
