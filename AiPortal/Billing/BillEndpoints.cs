using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Billing;
using AiPortal.Core.Data;

namespace AiPortal.Billing;

/// <summary><c>/api/v1/bills</c>.</summary>
internal static class BillEndpoints
{
    public static void MapBills(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/bills").WithTags("Bills");
        group.MapGet("", ListAsync).Describe("List bills, newest month first; drafts with what the ledger says now.", answer: new Page<BillHeadView>([BillExamples.Head], null));
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a bill with its lines.", answer: BillExamples.Whole);
        group.MapPost("", CreateAsync).Describe("Open the draft of a month's bill for one scope.", BillExamples.Request, BillExamples.Whole, StatusCodes.Status201Created);
        group.MapPost("/{id:guid}/finalize", FinalizeAsync).Describe("Fix a draft for good; later usage and corrections go on the next sequence.", answer: BillExamples.Whole);
        group.MapDelete("/{id:guid}", DiscardAsync).Describe("Throw a draft away; a finalized bill stays.", status: StatusCodes.Status204NoContent);
        group.MapGet("/{id:guid}/export", ExportAsync).Describe("Take a bill away as format=xlsx, pdf, csv or focus, in the language of Accept-Language.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, BillReader bills)
    {
        var query = new ApiQuery(http);
        var (limit, cursor) = (query.Limit(), query.Text("cursor", 2000));
        if (cursor is not null && !Cursor.TryRead(cursor, 2, out _)) query.Fault("cursor", "This is not a cursor of this list.");
        var filter = new BillFilter(query.Text("period", 7), query.Word<BillStatus>("status"), query.Word<BillScope>("scope"), query.Id("scope_id"));
        var organization = ApiScope.ForList(http, query, Permission.ViewBills);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await bills.ListAsync(organization.Value, filter, cursor, limit, http.RequestAborted), BillHeadView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, BillReader bills)
    {
        var organization = await ApiScope.ForRowAsync<Bill>(http, id, "bill", Permission.ViewBills);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var view = await bills.FindAsync(organization.Value, id, http.RequestAborted);
        return view is null ? ApiResults.Missing("bill") : ApiResults.Ok(BillWholeView.Of(view));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, DraftBill draft, BillReader bills)
    {
        var body = await JsonBody.ReadAsync(http);
        var (scope, scopeId) = ReadScope(body);
        var asked = new BillDraft
        {
            Period = body.Text("period", maxLength: 20),
            Scope = scope,
            ScopeId = scopeId,
            Currency = body.TextOrNull("currency", maxLength: 20),
            ExchangeRate = body.AmountOrNull("exchange_rate"),
        };
        var organization = OrganizationOf(http, body, scope, scopeId);
        if (body.Refusal() is { } fault) return ApiResults.Refused(fault);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var made = await draft.RunAsync(http.GetActor(), organization.Value, asked, http.RequestAborted);
        return made.Refusal is { } no ? ApiResults.Refused(no) : await WholeAsync(bills, made.Value, StatusCodes.Status201Created, http.RequestAborted);
    }

    private static async Task<IResult> FinalizeAsync(Guid id, HttpContext http, FinalizeBill finalize, BillReader bills)
    {
        var organization = await ApiScope.ForRowAsync<Bill>(http, id, "bill");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var body = await JsonBody.ReadAsync(http, optional: true);
        if (body.Refusal() is { } fault) return ApiResults.Refused(fault);
        var done = await finalize.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted);
        return done.Refusal is { } no ? ApiResults.Refused(no) : await WholeAsync(bills, done.Value, StatusCodes.Status200OK, http.RequestAborted);
    }

    private static async Task<IResult> DiscardAsync(Guid id, HttpContext http, DiscardBill discard)
    {
        var organization = await ApiScope.ForRowAsync<Bill>(http, id, "bill");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Removed(await discard.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted));
    }

    private static async Task<IResult> ExportAsync(Guid id, HttpContext http, BillReader bills, BillExport export)
    {
        var query = new ApiQuery(http);
        var format = query.Word<BillFormat>("format");
        if (query.Refusal() is { } fault) return ApiResults.Refused(fault);
        if (format is null) return ApiResults.Refused(Refusal.Field("format", "One of xlsx, pdf, csv, focus."));
        var organization = await ApiScope.ForRowAsync<Bill>(http, id, "bill", Permission.ViewBills);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var view = await bills.FindAsync(organization.Value, id, http.RequestAborted);
        return view is null ? ApiResults.Missing("bill") : await export.RunAsync(view, format.Value, http.RequestAborted);
    }

    /// <summary><c>"scope": {"team_id": "…"}</c>; without it the whole organization.</summary>
    private static (BillScope Scope, Guid? Id) ReadScope(JsonBody body)
    {
        if (body.Object("scope") is not { } scope) return (BillScope.Organization, null);
        var named = Enum.GetValues<BillScope>().Select(kind => (Scope: kind, Id: scope.IdOrNull(BillHeadView.ScopeMember(kind)))).Where(kind => kind.Id is not null).ToList();
        if (named.Count == 1) return named[0];
        body.Fault("scope", "Exactly one of organization, cost_center_id, team_id, project_id.");
        return (BillScope.Organization, null);
    }

    private static Outcome<Guid> OrganizationOf(HttpContext http, JsonBody body, BillScope scope, Guid? scopeId)
    {
        if (scope != BillScope.Organization || scopeId is not { } named || body.IdOrNull("organization_id") is not null) return ApiScope.ForCreation(http, body);
        return http.GetActor().RoleIn(named) is null ? Refusal.Missing("organization") : named;
    }

    private static async Task<IResult> WholeAsync(BillReader bills, Bill bill, int status, CancellationToken token)
    {
        var view = await bills.FindAsync(bill.OrganizationId, bill.Id, token);
        return view is null ? ApiResults.Missing("bill") : Results.Json(BillWholeView.Of(view), ApiJson.Options, statusCode: status);
    }
}
