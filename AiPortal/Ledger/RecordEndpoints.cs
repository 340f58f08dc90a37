using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Focus;
using AiPortal.Core.Ledger;
using AiPortal.Exports;

namespace AiPortal.Ledger;

/// <summary><c>/api/v1/cost/records</c>: the ledger, one record an attempt. It only grows, so there is nothing to change here.</summary>
internal static class RecordEndpoints
{
    private const string CsvType = "text/csv; charset=utf-8";
    private const string Filters = "from, to (default: the last 30 days), key_id, department_id, team_id, project_id, cost_center_id, environment_id, user_id, model (* stands for any characters), provider, status, kind, cost_type, request_id, session_id, workflow_id, account_id, tag (name=value), unresolved (true: unknown and not resolved since), corrects_id";

    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cost/records").WithTags("Ledger");
        group.MapGet("", ListAsync).Describe($"List records, newest first; filters {Filters}.");
        group.MapGet("/export", ExportAsync).Describe(
            $"Download records, oldest first: format=csv (at most {RecordCsv.MaxRows} rows), xlsx (at most {RecordWorkbook.MaxRows}), or focus (FOCUS 1.2, a row a day, key, model and meter; version=1.4 leaves out what that has done away with); filters {Filters}.");
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

    private static async Task<IResult> ExportAsync(HttpContext http, RecordList records, FocusReader focus, FilterReferences references)
    {
        var query = new ApiQuery(http);
        var (format, version) = (query.Text("format") ?? "csv", query.Text("version") ?? "1.2");
        if (format is not ("csv" or "xlsx" or "focus")) query.Fault("format", "Must be one of csv, xlsx, focus.");
        if (version is not ("1.2" or "1.3" or "1.4")) query.Fault("version", "Must be one of 1.2, 1.3, 1.4.");
        var read = await ReadFilterAsync(http, query, references);
        if (read.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var (organization, filter) = read.Value;
        var token = http.RequestAborted;
        if (format == "focus")
        {
            if (await focus.ReadAsync(organization, filter, token) is not { } charges) return TooMany(FocusReader.MaxSums);
            var file = new FocusFile(organization, await focus.OrganizationNameAsync(organization, token)) { WithProviderNames = version != "1.4" };
            return Results.Stream(body => FocusCsv.WriteAsync(body, file, charges, token), CsvType, "records-focus.csv");
        }

        var most = format == "csv" ? RecordCsv.MaxRows : RecordWorkbook.MaxRows;
        if (await records.HasMoreThanAsync(organization, filter, most, token)) return TooMany(most);
        var entries = records.StreamAsync(organization, filter, token);
        return format == "csv"
            ? Results.Stream(body => RecordCsv.WriteAsync(body, entries, token), CsvType, "records.csv")
            : Results.Stream(await TemporaryFile.WriteAsync(file => RecordWorkbook.WriteAsync(file, entries, token)), RecordWorkbook.ContentType, "records.xlsx");
    }

    private static IResult TooMany(int most) => ApiResults.Refused(new Refusal(RefusalKind.Invalid, "too_many_rows",
        $"More than {most} rows match. Narrow from and to, and download in parts."));

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
