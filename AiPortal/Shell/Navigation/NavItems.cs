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

/// <summary>One entry of the rail. <paramref name="TextKey"/> is a key of ShellText, <paramref name="Roles"/> a comma-separated list of roles that see it (everybody when null).</summary>
internal sealed record NavItem(string Route, string Icon, string TextKey, NavGroup Group, string? Roles = null, bool OnPhoneBar = false);

/// <summary>A small figure beside the menu entry of a route, drawn by a component of the feature that knows it.</summary>
internal sealed record NavBadge(string Route, Type Component);

/// <summary>The portal's menu: a new page adds its line here and its word to ShellText.</summary>
internal static class NavItems
{
    internal static IReadOnlyList<NavItem> All { get; } =
    [
        new("/", "dashboard", "Nav.Dashboard", NavGroup.Overview, OnPhoneBar: true),
        new("/calls", "calls", "Nav.Calls", NavGroup.Spend, OnPhoneBar: true),
        new("/keys", "keys", "Nav.Keys", NavGroup.Control, OnPhoneBar: true),
        new("/budgets", "budgets", "Nav.Budgets", NavGroup.Control),
        new("/approvals", "approvals", "Nav.Approvals", NavGroup.Control),
        new("/alerts", "bell", "Nav.Alerts", NavGroup.Control),
        new("/bills", "bills", "Nav.Bills", NavGroup.Finance, OnPhoneBar: true),
        new("/corrections", "edit", "Nav.Corrections", NavGroup.Finance),
        new("/ledger-health", "audit", "Nav.LedgerHealth", NavGroup.Finance),
        new("/providers", "providers", "Nav.Providers", NavGroup.Gateway),
        new("/routes", "routes", "Nav.Routes", NavGroup.Gateway),
        new("/models", "models", "Nav.Models", NavGroup.Gateway),
        new("/playground", "play", "Nav.Playground", NavGroup.Gateway),
        new("/api", "api", "Nav.Api", NavGroup.Gateway),
        new("/vault", "audit", "Nav.Vault", NavGroup.Settings, Roles: "owner,administrator"),
        new("/members", "members", "Nav.Members", NavGroup.Settings),
        new("/structure", "structure", "Nav.Structure", NavGroup.Settings),
        new("/settings", "organization", "Nav.Settings", NavGroup.Settings),
    ];
}
