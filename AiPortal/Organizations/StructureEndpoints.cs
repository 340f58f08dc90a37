using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;

namespace AiPortal.Organizations;

/// <summary><c>/api/v1/departments</c>, <c>/teams</c>, <c>/projects</c>, <c>/cost-centers</c> and <c>/environments</c>: one shape, five resources.</summary>
internal static class StructureEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Map(api, "departments", new DepartmentShape());
        Map(api, "teams", new TeamShape());
        Map(api, "projects", new ProjectShape());
        Map(api, "cost-centers", new CostCenterShape());
        Map(api, "environments", new EnvironmentShape());
    }

    private static void Map<T>(IEndpointRouteBuilder api, string path, StructureShape<T> shape) where T : StructureRow
    {
        var resource = new StructureResource<T>(shape);
        var (request, answer) = (resource.ExampleRequest, resource.ExampleAnswer);
        var group = api.MapGroup("/" + path).WithTags("Structure");
        group.MapGet("", resource.ListAsync).Describe($"List {path} by name.", answer: new Page<object>([answer], null));
        group.MapGet("/{id:guid}", resource.ReadAsync).Describe($"Read one of the {path}.", answer: answer);
        group.MapPost("", resource.CreateAsync).Describe($"Add to the {path}.", request, answer, StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], resource.ChangeAsync)
            .Describe($"Change one of the {path}; absent members stay.", request, answer);
        group.MapDelete("/{id:guid}", resource.RemoveAsync)
            .Describe($"Remove one of the {path}; refused while anything refers to it.", status: StatusCodes.Status204NoContent);
    }
}

/// <summary>The endpoints of one kind of structure row.</summary>
internal sealed class StructureResource<T>(StructureShape<T> shape) where T : StructureRow
{
    private readonly string _what = shape.Word.Replace('_', ' ');

    public IReadOnlyDictionary<string, object?> ExampleRequest => Members("Research", ApiExamples.Id, "4711", new RateLimit(600, 200_000, 20));

    public IReadOnlyDictionary<string, object?> ExampleAnswer
    {
        get
        {
            var row = shape.Make("Research");
            (row.Id, row.OrganizationId, row.CreatedAt, row.UpdatedAt) = (ApiExamples.Id, ApiExamples.Id, ApiExamples.Instant, ApiExamples.Instant);
            return View(row);
        }
    }

    public async Task<IResult> ListAsync(HttpContext http, StructureList<T> rows)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByText());
        var filter = new StructureFilter(shape.ParentMember is { } parent ? query.Id(parent) : null, query.Text("name"));
        var organization = ApiScope.ForList(http, query, Permission.ViewStructure);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var page = await rows.PageAsync(organization.Value, filter, limit, after, http.RequestAborted);
        return page.Refusal is { } missing ? ApiResults.Refused(missing) : ApiResults.Page(page.Value, View);
    }

    public async Task<IResult> ReadAsync(Guid id, HttpContext http, StructureList<T> rows)
    {
        var organization = await ApiScope.ForRowAsync<T>(http, id, _what, Permission.ViewStructure);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await rows.FindAsync(organization.Value, id, http.RequestAborted) is { } row ? ApiResults.Ok(View(row)) : ApiResults.Missing(_what);
    }

    public async Task<IResult> CreateAsync(HttpContext http, AddStructure<T> add)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var draft = Draft(body, null);
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await add.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted), View);
    }

    public async Task<IResult> ChangeAsync(Guid id, HttpContext http, StructureList<T> rows, ChangeStructure<T> change)
    {
        var organization = await ApiScope.ForRowAsync<T>(http, id, _what);
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        if (await rows.FindAsync(organization.Value, id, http.RequestAborted) is not { } row) return ApiResults.Missing(_what);
        var body = await JsonBody.ReadAsync(http);
        body.ReadOnly("organization_id");
        var draft = Draft(body, row);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), organization.Value, id, draft, http.RequestAborted), View);
    }

    public async Task<IResult> RemoveAsync(Guid id, HttpContext http, RemoveStructure<T> remove)
    {
        var organization = await ApiScope.ForRowAsync<T>(http, id, _what);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await remove.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private StructureDraft Draft(JsonBody body, T? now)
    {
        body.ReadOnly("id", "created_at", "updated_at");
        return new StructureDraft(
            body.Text("name", now?.Name),
            shape.ParentMember is { } parent ? body.IdOrNull(parent, now is null ? null : shape.ParentOf(now)) : null,
            shape.HasCode ? body.TextOrNull("code", now is null ? null : shape.CodeOf(now)) : null)
        {
            Limits = shape.HasLimits ? body.RateLimit(now is null ? RateLimit.None : shape.LimitsOf(now)) : RateLimit.None,
        };
    }

    private Dictionary<string, object?> View(T row)
    {
        var view = new Dictionary<string, object?> { ["id"] = row.Id, ["organization_id"] = row.OrganizationId };
        foreach (var (name, value) in Members(row.Name, shape.ParentOf(row), shape.CodeOf(row), shape.LimitsOf(row))) view[name] = value;
        (view["created_at"], view["updated_at"]) = (row.CreatedAt, row.UpdatedAt);
        return view;
    }

    private Dictionary<string, object?> Members(string name, Guid? parentId, string? code, RateLimit limits)
    {
        var members = new Dictionary<string, object?> { ["name"] = name };
        if (shape.ParentMember is { } parent) members[parent] = parentId;
        if (shape.HasCode) members["code"] = code;
        if (shape.HasLimits) members["rate_limit"] = limits;
        return members;
    }
}
