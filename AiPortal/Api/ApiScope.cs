using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>Which organization a request is about, and whether the caller may look there. What is not his does not exist for him.</summary>
internal static class ApiScope
{
    private const string Member = "organization_id";

    /// <summary>Of a list: the query's <c>organization_id</c>, else the caller's home; the caller must hold <paramref name="view"/>.</summary>
    public static Outcome<Guid> ForList(HttpContext http, ApiQuery query, Permission view)
    {
        var asked = query.Id(Member);
        if (query.Refusal() is { } refusal) return refusal;
        var actor = http.GetActor();
        var organization = Resolve(actor, asked);
        return organization.IsRefused ? organization : MayView(actor, organization.Value, view) is { } denial ? denial : organization;
    }

    /// <summary>Of a creation: the body's <c>organization_id</c>, else the query's, else the caller's home. The use case asks for the permission.</summary>
    public static Outcome<Guid> ForCreation(HttpContext http, JsonBody body)
    {
        var query = new ApiQuery(http);
        var asked = body.IdOrNull(Member) ?? query.Id(Member);
        return query.Refusal() is { } refusal ? refusal : Resolve(http.GetActor(), asked);
    }

    /// <summary>Of a row named in the path, looked up in every organization of the caller. Pass <paramref name="view"/> for reads; a use case asks by itself.</summary>
    public static async Task<Outcome<Guid>> ForRowAsync<TRow>(HttpContext http, Guid id, string what, Permission? view = null)
        where TRow : TenantRow
    {
        var actor = http.GetActor();
        var locator = http.RequestServices.GetRequiredService<ResourceLocator>();
        if (await locator.OrganizationOfAsync<TRow>(actor, id, http.RequestAborted) is not { } organization) return Refusal.Missing(what);
        return view is { } permission && MayView(actor, organization, permission) is { } denial ? denial : organization;
    }

    /// <summary>Null where the caller may look.</summary>
    public static Refusal? MayView(Actor actor, Guid organizationId, Permission view) =>
        actor.May(view, organizationId) ? null : Refusal.Denied("Your role does not allow you to see this.");

    private static Outcome<Guid> Resolve(Actor actor, Guid? asked)
    {
        if ((asked ?? actor.HomeOrganizationId) is not { } organization)
            return Refusal.Field(Member, "You belong to no organization yet: name one, or make one.");
        return actor.RoleIn(organization) is null ? Refusal.Missing("organization") : organization;
    }
}
