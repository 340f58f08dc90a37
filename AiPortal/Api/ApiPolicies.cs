using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>Who may call an endpoint: <c>Needs</c> is null where everybody signed in may; <c>Or</c> is as good.</summary>
internal sealed record ApiPolicy(Permission? Needs, Permission? Or = null, bool Anonymous = false)
{
    public static ApiPolicy SignedIn { get; } = new(Needs: null);

    public static ApiPolicy Open { get; } = new(Needs: null, Anonymous: true);
}

/// <summary>
/// Which permission each endpoint of the management API needs: the one table. Use cases and lists ask for themselves, in the
/// organization concerned; beside them this keeps an error from telling those who may not call an endpoint what is wrong with
/// their call. A test holds the routing table against it.
/// </summary>
internal static class ApiPolicies
{
    private const string Root = "/api/v1";
    private const string Row = "/{id:guid}";

    private static readonly Dictionary<string, ApiPolicy> Table = Build();

    /// <summary>As <c>GET /api/v1/keys</c>; PATCH stands for PUT too.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    /// <summary>Null for an endpoint that is not in the table. <paramref name="pattern"/> is the route's own text.</summary>
    public static ApiPolicy? Of(string method, string? pattern) => pattern is null ? null : Table.GetValueOrDefault($"{(method is "PUT" ? "PATCH" : method)} {pattern.TrimEnd('/')}");

    /// <summary>After the endpoint: where it refused for another reason than the caller's role, and the role does not allow the call at all, that is the answer.</summary>
    public static async ValueTask<object?> HoldAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var result = await next(call);
        var http = call.HttpContext;
        if (Of(http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText) is not { Needs: { } needed } policy) return result;
        var actor = http.GetActor();
        // Who belongs to no organization has no role that could be too small: for him none of all this is there.
        if (actor.Roles.Count == 0 || actor.MayAnywhere(needed) || (policy.Or is { } other && actor.MayAnywhere(other))) return result;
        return result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden }
            ? result
            : ApiResults.Refused(Refusal.Denied("Your role does not allow this."));
    }

    private static Dictionary<string, ApiPolicy> Build()
    {
        var table = new Dictionary<string, ApiPolicy>();
        void Add(string path, string methods, ApiPolicy policy)
        {
            foreach (var method in methods.Split(' ')) table.Add($"{method} {Root}{path}", policy);
        }

        void Needs(Permission permission, string path, string methods) => Add(path, methods, new ApiPolicy(permission));
        void Resource(string path, Permission view, Permission manage)
        {
            Needs(view, path, "GET");
            Needs(manage, path, "POST");
            Needs(view, path + Row, "GET");
            Needs(manage, path + Row, "PATCH DELETE");
        }

        foreach (var path in new[] { "/auth/login", "/auth/register", "/auth/refresh", "/auth/accept-invitation" }) Add(path, "POST", ApiPolicy.Open);
        foreach (var path in new[] { "/auth/logout", "/auth/change-password", "/auth/two-factor/enable", "/auth/two-factor/recovery-codes", "/auth/two-factor/disable", "/auth/sessions/end-others" })
            Add(path, "POST", ApiPolicy.SignedIn);
        Add("/me", "GET", ApiPolicy.SignedIn);
        Add("/auth/two-factor", "GET POST", ApiPolicy.SignedIn);
        Add("/auth/sessions", "GET", ApiPolicy.SignedIn);
        Add("/auth/sessions" + Row, "DELETE", ApiPolicy.SignedIn);
        Add("/auth/identities", "GET", ApiPolicy.SignedIn);
        Add("/auth/identities" + Row, "DELETE", ApiPolicy.SignedIn);

        Add("/organizations", "GET POST", ApiPolicy.SignedIn);
        Needs(Permission.ViewStructure, "/organizations" + Row, "GET");
        Needs(Permission.ManageOrganization, "/organizations" + Row, "PATCH");
        Needs(Permission.ManageOrganization, "/organizations/{id:guid}/alerting", "GET PATCH");
        Needs(Permission.ManageOrganization, "/organizations/{id:guid}/alerting/test", "POST");
        Needs(Permission.ManageSignIn, "/organizations/{id:guid}/directory", "GET PATCH DELETE");
        Needs(Permission.ManageSignIn, "/organizations/{id:guid}/directory/try", "POST");
        Resource("/identity-providers", Permission.ManageSignIn, Permission.ManageSignIn);
        foreach (var path in new[] { "/departments", "/teams", "/projects", "/cost-centers", "/environments" }) Resource(path, Permission.ViewStructure, Permission.ManageStructure);
        Needs(Permission.ManageOrganization, "/environments/copy", "POST");
        Needs(Permission.ManageMembers, "/members/import", "POST");
        Resource("/members", Permission.ViewMembers, Permission.ManageMembers);
        Needs(Permission.ManageMembers, "/members/{id:guid}/invite", "POST");
        Needs(Permission.ManageMembers, "/members/{id:guid}/confirm-address", "POST");
        Needs(Permission.ManageMembers, "/members/{id:guid}/two-factor", "DELETE");
        Needs(Permission.ViewMembers, "/grants", "GET");
        Needs(Permission.ManageMembers, "/grants", "POST");
        Needs(Permission.ManageMembers, "/grants" + Row, "DELETE");
        Needs(Permission.ManageServiceTokens, "/service-tokens", "GET POST");
        Needs(Permission.ManageServiceTokens, "/service-tokens" + Row, "GET DELETE");
        Needs(Permission.ManageOrganization, "/vault", "GET");
        Needs(Permission.ManageOrganization, "/vault/rotate", "POST");
        Needs(Permission.ManageOrganization, "/vault/keys/{version:int}/destroy", "POST");
        Needs(Permission.UseApprovals, "/approvals", "GET");
        Needs(Permission.UseApprovals, "/approvals" + Row, "GET");
        Needs(Permission.UseApprovals, "/approvals/{id:guid}/history", "GET");
        foreach (var verb in new[] { "/approve", "/reject", "/withdraw", "/comments" }) Needs(Permission.UseApprovals, "/approvals/{id:guid}" + verb, "POST");
        Needs(Permission.UseApprovals, "/approvals/policies", "GET");
        Needs(Permission.ManageApprovals, "/approvals/policies", "POST");
        Needs(Permission.ManageApprovals, "/approvals/policies" + Row, "PATCH DELETE");
        Needs(Permission.UseApprovals, "/approvals/delegations", "GET POST");
        Needs(Permission.UseApprovals, "/approvals/delegations" + Row, "DELETE");
        foreach (var path in new[] { "/audit", "/audit/verify", "/audit" + Row, "/audit/anchor", "/audit/export", "/compliance/figures", "/compliance/evidence" }) Needs(Permission.ViewAudit, path, "GET");

        Resource("/keys", Permission.ViewKeys, Permission.ManageKeys);
        foreach (var verb in new[] { "/import", "/bulk", Row + "/regenerate", Row + "/disable", Row + "/enable", Row + "/revoke", Row + "/leaked", Row + "/collect" }) Needs(Permission.ManageKeys, "/keys" + verb, "POST");
        Needs(Permission.RequestKey, "/keys/mine", "GET");
        Needs(Permission.RequestKey, "/keys/mine/{id:guid}/collect", "POST");
        Needs(Permission.RequestKey, "/keys/requests", "POST");
        Resource("/providers", Permission.ViewProviders, Permission.ManageProviders);
        Needs(Permission.ViewKeys, "/keys/{id:guid}/exposure", "GET");
        Needs(Permission.ViewCalls, "/keys/{id:guid}/access", "GET");
        foreach (var verb in new[] { "/rotate-key", "/retire-key", "/restore-key" }) Needs(Permission.ManageProviders, "/providers/{id:guid}" + verb, "POST");
        Needs(Permission.ManageProviders, "/providers/{id:guid}/test", "POST");
        Needs(Permission.ManageProviders, "/providers/{id:guid}/sync", "POST");
        Resource("/routes", Permission.ViewProviders, Permission.ManageProviders);
        Needs(Permission.ViewProviders, "/routes/test", "POST");
        Needs(Permission.ViewProviders, "/routes/{id:guid}/test", "POST");

        Resource("/cost/models", Permission.ViewPrices, Permission.ManagePrices);
        Needs(Permission.ViewPrices, "/cost/models/{id:guid}/versions", "GET");
        Needs(Permission.ViewPrices, "/cost/models/unpriced", "GET");
        Needs(Permission.ViewCost, "/cost/models/preview", "POST");
        Needs(Permission.ViewCost, "/cost/models/{id:guid}/preview", "POST");
        Needs(Permission.ManagePrices, "/cost/models/import", "POST");
        Needs(Permission.ViewPrices, "/cost/estimate", "POST");
        foreach (var path in new[] { "/cost/discounts", "/cost/exchange-rates" })
        {
            Needs(Permission.ViewPrices, path, "GET");
            Needs(Permission.ManagePrices, path, "POST");
        }

        Needs(Permission.ManagePrices, "/cost/discounts" + Row, "DELETE");

        Resource("/cost/quotas", Permission.ViewBudgets, Permission.ManageBudgets);
        Needs(Permission.ViewBudgets, "/cost/quotas/preview", "POST");
        Needs(Permission.ManageBudgets, "/cost/quotas/{id:guid}/reset", "POST");
        Add("/cost/quotas/{id:guid}/requests", "GET", new ApiPolicy(Permission.RequestBudget, Or: Permission.ViewBudgets));
        Needs(Permission.RequestBudget, "/cost/quotas/{id:guid}/requests", "POST");
        Needs(Permission.ManageBudgets, "/cost/quotas/{id:guid}/requests/{request:guid}/grant", "POST");
        Needs(Permission.ManageBudgets, "/cost/quotas/{id:guid}/requests/{request:guid}/decline", "POST");
        Needs(Permission.ViewBudgets, "/nodes", "GET");
        Needs(Permission.ManageOrganization, "/nodes/{id:guid}/write-off", "POST");
        Needs(Permission.ViewBudgets, "/cost/alerts", "GET");
        Needs(Permission.ViewBudgets, "/cost/alerts" + Row, "GET");
        Needs(Permission.ManageBudgets, "/cost/alerts/{id:guid}/read", "POST");
        Needs(Permission.ManageBudgets, "/cost/alerts/{id:guid}/resolve", "POST");
        Needs(Permission.ViewBudgets, "/cost/alerts/deliveries", "GET");
        Needs(Permission.ManageBudgets, "/cost/alerts/deliveries/{id:guid}/replay", "POST");

        foreach (var path in new[] { "/cost/dashboard", "/cost/analytics", "/cost/records", "/cost/records/export", "/cost/records" + Row, "/ledger/health" }) Needs(Permission.ViewCost, path, "GET");
        Needs(Permission.ManageRecords, "/cost/records", "POST");
        foreach (var verb in new[] { "/refund", "/adjust", "/resolve" }) Needs(Permission.ManageRecords, "/cost/records/{id:guid}" + verb, "POST");
        Needs(Permission.ViewCalls, "/calls", "GET");
        Needs(Permission.ViewCalls, "/calls" + Row, "GET");
        Needs(Permission.ViewBodies, "/calls/{id:guid}/body", "GET");
        Needs(Permission.ViewBills, "/bills", "GET");
        Needs(Permission.ManageBills, "/bills", "POST");
        Needs(Permission.ViewBills, "/bills" + Row, "GET");
        Needs(Permission.ManageBills, "/bills" + Row, "DELETE");
        Needs(Permission.ManageBills, "/bills/{id:guid}/finalize", "POST");
        Needs(Permission.ViewBills, "/bills/{id:guid}/export", "GET");
        return table;
    }
}
