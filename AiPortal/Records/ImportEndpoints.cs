using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Records;
using AiPortal.Ledger;

namespace AiPortal.Records;

/// <summary><c>POST /api/v1/cost/records</c>: usage that did not pass the gateway, one record or up to a thousand.</summary>
internal static class ImportEndpoints
{
    private const int MaxBytes = 4 << 20;

    public static void MapImports(this IEndpointRouteBuilder api) =>
        api.MapPost("/cost/records", ImportAsync).WithTags("Ledger").Describe(
            $"Import usage that did not pass the gateway: one record, or {{\"records\":[…]}} with at most {ImportUsage.MaxRecords}, all or none. Priced by the price book, or with a cost in USD. The same external_id with the same content is answered again with 200.",
            new { external_id = "storage-2026-10-17", model = "object-storage", input_units = 120, started_at = "2026-10-17T00:00:00Z", tags = new { bucket = "logs" } },
            status: StatusCodes.Status201Created);

    private static async Task<IResult> ImportAsync(HttpContext http, ImportUsage import)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var organization = ApiScope.ForCreation(http, body);
        var listed = body.Has("records");
        var drafts = listed ? (body.Objects("records", ImportUsage.MaxRecords) ?? []).Select(Read).ToList() : [Read(body)];
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await import.RunAsync(http.GetActor(), organization.Value, drafts, i => listed ? $"records[{i}]." : "", http.RequestAborted);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var (records, created) = outcome.Value;
        object answer = listed ? new ImportView([.. records.Select(RecordView.Of)], created, records.Count - created) : RecordView.Of(records[0]);
        return Results.Json(answer, ApiJson.Options, statusCode: created > 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static UsageDraft Read(JsonBody body)
    {
        if (body.Text("currency", Price.LedgerCurrency, 10) != Price.LedgerCurrency) body.Fault("currency", "The ledger is in USD.");
        return new UsageDraft
        {
            ExternalId = body.Text("external_id", maxLength: UsageDraft.MaxExternalId),
            StartedAt = body.InstantOrNull("started_at"),
            EndedAt = body.InstantOrNull("ended_at"),
            Model = body.Text("model", maxLength: 256),
            Provider = body.TextOrNull("provider"),
            CostModelId = body.IdOrNull("cost_model_id"),
            InputUnits = body.Long("input_units", 0, max: Usage.MaxCount),
            OutputUnits = body.Long("output_units", 0, max: Usage.MaxCount),
            Cost = body.AmountOrNull("cost"),
            CostType = body.TextOrNull("cost_type"),
            RequestType = body.Text("request_type", "import", 40),
            DepartmentId = body.IdOrNull("department_id"),
            TeamId = body.IdOrNull("team_id"),
            ProjectId = body.IdOrNull("project_id"),
            CostCenterId = body.IdOrNull("cost_center_id"),
            EnvironmentId = body.IdOrNull("environment_id"),
            UserId = body.IdOrNull("user_id"),
            KeyId = body.IdOrNull("key_id"),
            SessionId = body.TextOrNull("session_id", maxLength: 256),
            WorkflowId = body.TextOrNull("workflow_id", maxLength: 256),
            AccountId = body.TextOrNull("account_id", maxLength: 256),
            Tags = body.IsNull("tags") || !body.Has("tags") ? null : body.Map("tags"),
        };
    }

    /// <summary>The records in the order given; <c>existing</c> were imported before.</summary>
    private sealed record ImportView(IReadOnlyList<RecordView> Data, int Created, int Existing);
}
