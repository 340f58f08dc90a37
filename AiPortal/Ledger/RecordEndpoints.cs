using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary><c>/api/v1/cost/records</c>: the ledger, one record an attempt. It only grows, so there is nothing to change here.</summary>
internal static class RecordEndpoints
{
    private const string Filters = "from, to (default: the last 30 days), key_id, department_id, team_id, project_id, cost_center_id, environment_id, user_id, model, provider, status, kind, cost_type, request_id, session_id, workflow_id, account_id, tag (name=value), unresolved (true: unknown and not resolved since), corrects_id";

    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/records").WithTags("Ledger");
        group.MapGet("", ListAsync).Describe($"List records, newest first; filters {Filters}.");
        group.MapGet("/export", ExportAsync).Describe($"Download records, oldest first, as CSV (format=csv), at most {RecordCsv.MaxRows} rows; filters {Filters}.");
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read a record.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, RecordList records, FilterReferences references)
    {
        var query = new ApiQuery(http);
        var (limit, after) = (query.Limit(), query.CursorByInstant());
        var read = await ReadFilterAsync(http, query, references);
        if (read.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var (organization, filter) = read.Value;
        return ApiResults.Page(await records.ReadAsync(organization, filter, limit, after, http.RequestAborted), RecordView.Of);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, RecordList records) =>
        await records.FindAsync(http.GetActor(), id, http.RequestAborted) is { } entry ? ApiResults.Ok(RecordView.Of(entry)) : ApiResults.Missing("record");

    private static async Task<IResult> ExportAsync(HttpContext http, RecordList records, FilterReferences references)
    {
        var query = new ApiQuery(http);
        var format = query.Text("format") ?? "csv";
        if (format is "xlsx" or "focus") return ApiResults.Problem(StatusCodes.Status501NotImplemented, "not_available_yet", $"The format {format} is not available yet; use format=csv.");
        if (format != "csv") query.Fault("format", "Must be csv.");
        var read = await ReadFilterAsync(http, query, references);
        if (read.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var (organization, filter) = read.Value;
        if (await records.HasMoreThanAsync(organization, filter, RecordCsv.MaxRows, http.RequestAborted))
        {
            return ApiResults.Refused(new Refusal(RefusalKind.Invalid, "too_many_rows",
                $"More than {RecordCsv.MaxRows} records match. Narrow from and to, and download in parts."));
        }

        return Results.Stream(body => RecordCsv.WriteAsync(body, records.StreamAsync(organization, filter, http.RequestAborted), http.RequestAborted),
            "text/csv; charset=utf-8", "records.csv");
    }

    private static async Task<Outcome<(Guid Organization, RecordFilter Filter)>> ReadFilterAsync(HttpContext http, ApiQuery query, FilterReferences references)
    {
        var filter = RecordQuery.Read(query) with
        {
            Status = query.Word<EntryStatus>("status"),
            Kind = query.Word<EntryKind>("kind"),
            CostType = query.Text("cost_type"),
            Unresolved = query.Flag("unresolved"),
            CorrectsId = query.Id("corrects_id"),
        };
        var organization = ApiScope.ForList(http, query, Permission.ViewCost);
        if (organization.Refusal is { } refusal) return refusal;
        if (await RecordQuery.MissingAsync(references, organization.Value, filter, http.RequestAborted) is { } missing) return missing;
        return (organization.Value, filter);
    }
}
