using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using AiPortal.Core.Tenancy;

namespace AiPortal.Organizations;

/// <summary><c>/api/v1/organizations</c>. An organization is never removed: its ledger and audit trail stay.</summary>
internal static class OrganizationEndpoints
{
    internal sealed record OrganizationView(Guid Id, Guid OrganizationId, string Name, string TimeZone, string Currency, int FiscalYearStart,
        DayOfWeek WeekStart, UnpricedModelPolicy UnpricedModelPolicy, decimal? CeilingPrice, BodyLogging BodyLogging, int BodyRetentionDays, int? AuditRetentionDays,
        IReadOnlyList<BodyRedaction> BodyRedaction, RateLimit RateLimit, CacheTerms? Cache, IReadOnlyList<Role> TwoFactorRoles, bool IsDemo, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static OrganizationView Of(Organization row) => new(row.Id, row.OrganizationId, row.Name, row.TimeZone, row.Currency,
            row.FiscalYearStart, row.WeekStart, row.UnpricedModelPolicy, row.CeilingPrice, row.BodyLogging, row.BodyRetentionDays, row.AuditRetentionDays, row.BodyRedaction,
            RateLimit.Of(row), row.Cache, row.TwoFactorRoles, row.IsDemo, row.CreatedAt, row.UpdatedAt);
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/organizations").WithTags("Organizations");
        group.MapGet("", ListAsync).Describe("List the organizations the caller belongs to.", answer: new Page<OrganizationView>([Example], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read an organization.", answer: Example);
        group.MapPost("", CreateAsync).Describe("Make an organization; the caller becomes its owner.", Request, Example, StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Patch, HttpMethods.Put], ChangeAsync).Describe("Change an organization; absent members stay.", Request, Example);
    }

    private static object Request => new
    {
        name = "Contoso",
        time_zone = "Europe/Berlin",
        currency = "EUR",
        fiscal_year_start = 4,
        week_start = "monday",
        unpriced_model_policy = "ceiling",
        ceiling_price = 100m,
        body_logging = "off",
        body_retention_days = BodyPolicy.StandardDays,
        audit_retention_days = 730,
        body_redaction = BodyPolicy.AllRedactions.Select(EnumWord.Of),
        rate_limit = new RateLimit(6000, 2_000_000, 200),
        cache = new CacheTerms(false, 3600, 0.1m, false),
        two_factor_roles = new[] { "owner", "administrator" },
    };

    private static OrganizationView Example => new(ApiExamples.Id, ApiExamples.Id, "Contoso", "Europe/Berlin", "EUR", 4,
        DayOfWeek.Monday, UnpricedModelPolicy.Ceiling, 100m, BodyLogging.Off, BodyPolicy.StandardDays, 730, BodyPolicy.AllRedactions,
        new RateLimit(6000, 2_000_000, 200), new CacheTerms(false, 3600, 0.1m, false), [Role.Owner, Role.Administrator], false, ApiExamples.Instant, ApiExamples.Instant);

    private static async Task<IResult> ListAsync(HttpContext http, OrganizationList organizations)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorById());
        if (query.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await organizations.PageAsync(http.GetActor(), limit, after, http.RequestAborted), OrganizationView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, OrganizationList organizations)
    {
        var actor = http.GetActor();
        if (actor.RoleIn(id) is null || await organizations.FindAsync(id, http.RequestAborted) is not { } row) return ApiResults.Missing("organization");
        return ApiScope.MayView(actor, id, Permission.ViewStructure) is { } denial ? ApiResults.Refused(denial) : ApiResults.Ok(OrganizationView.Of(row));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CreateOrganization create)
    {
        var body = await JsonBody.ReadAsync(http);
        var draft = Draft(body, new OrganizationDraft(""));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Created(await create.RunAsync(http.GetActor(), draft, http.RequestAborted), OrganizationView.Of);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, OrganizationList organizations, ChangeOrganization change)
    {
        var actor = http.GetActor();
        if (actor.RoleIn(id) is null || await organizations.FindAsync(id, http.RequestAborted) is not { } row) return ApiResults.Missing("organization");
        var body = await JsonBody.ReadAsync(http);
        var draft = Draft(body, OrganizationDraft.Of(row));
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(actor, id, draft, http.RequestAborted), OrganizationView.Of);
    }

    private static OrganizationDraft Draft(JsonBody body, OrganizationDraft now)
    {
        body.ReadOnly("id", "organization_id", "is_demo", "created_at", "updated_at");
        return new OrganizationDraft(
            body.Text("name", now.Name.Length > 0 ? now.Name : null),
            body.Text("time_zone", now.TimeZone),
            body.Text("currency", now.Currency),
            body.Int("fiscal_year_start", now.FiscalYearStart),
            body.Word<UnpricedModelPolicy>("unpriced_model_policy", now.UnpricedModelPolicy),
            body.AmountOrNull("ceiling_price", now.CeilingPrice))
        {
            WeekStart = body.Word<DayOfWeek>("week_start", now.WeekStart),
            BodyLogging = body.Word<BodyLogging>("body_logging", now.BodyLogging),
            BodyRetentionDays = body.Int("body_retention_days", now.BodyRetentionDays),
            AuditRetentionDays = body.IntOrNull("audit_retention_days", now.AuditRetentionDays),
            BodyRedaction = body.WordList("body_redaction", now.BodyRedaction),
            Limits = body.RateLimit(now.Limits),
            Cache = body.Cache(now.Cache),
            TwoFactorRoles = body.WordList("two_factor_roles", now.TwoFactorRoles),
        };
    }
}
