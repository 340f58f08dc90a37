using System.Globalization;
using System.Text.Json.Nodes;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Audit;

/// <summary><c>/api/v1/audit</c>: who, when, from where, what, before, after; read only.</summary>
internal static class AuditEndpoints
{
    internal sealed record AuditView(Guid Id, Guid OrganizationId, long Sequence, DateTimeOffset CreatedAt, Guid? ActorId, string ActorName, string? ClientIp,
        string Action, string SubjectType, Guid? SubjectId, string? SubjectName, bool Allowed, JsonNode? Before, JsonNode? After, string Hash)
    {
        public static AuditView Of(AuditEvent row) => new(row.Id, row.OrganizationId, row.Sequence, row.CreatedAt, row.ActorId, row.ActorName, row.ClientIp,
            row.Action, row.SubjectType, row.SubjectId, row.SubjectName, row.Allowed, Node(row.Before), Node(row.After), Convert.ToHexStringLower(row.Hash));

        private static JsonNode? Node(string? json) => json is null ? null : JsonNode.Parse(json);
    }

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/audit").WithTags("Audit");
        group.MapGet("", ListAsync).Describe(
            "List changes and denials, newest first; filters from, to, actor, action, subject, subject_type, allowed, search.",
            answer: new Page<AuditView>([Example], null));
        group.MapGet("/verify", VerifyAsync).Describe(
            "Walk the hash chain from its beginning; with sequence and hash of an anchor also whether the chain still holds it.", answer: new AuditVerdict(true, 128, null) { LastHash = new string('0', 64) });
        group.MapGet("/anchor", AnchorAsync).Describe(
            "The end of the chain, signed, to be kept elsewhere and asked about later.", answer: new AuditAnchor(ApiExamples.Id, 128, new string('0', 64), ApiExamples.Instant) { Key = "MFkw…", Signature = "MEUC…" });
        group.MapGet("/export", ExportAsync).Describe("All that the filters of the list find, as CSV.");
        group.MapGet("/{id:guid}", ReadAsync).Describe("Read one event.", answer: Example);
    }

    private static AuditView Example => new(ApiExamples.Id, ApiExamples.Id, 42, ApiExamples.Instant, ApiExamples.Id, "Ada Lovelace", "203.0.113.7",
        "team.update", "team", ApiExamples.Id, "Research", true, JsonNode.Parse("""{"name":"Lab"}"""), JsonNode.Parse("""{"name":"Research"}"""), new string('0', 64));

    private static async Task<IResult> ListAsync(HttpContext http, AuditList audit)
    {
        var query = new ApiQuery(http);
        var filter = Filter(query);
        var (limit, before) = (query.Limit(), Before(query));
        var organization = ApiScope.ForList(http, query, Permission.ViewAudit);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await audit.PageAsync(organization.Value, filter, limit, before, http.RequestAborted), AuditView.Of);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, AuditList audit)
    {
        var query = new ApiQuery(http);
        var filter = Filter(query);
        var organization = ApiScope.ForList(http, query, Permission.ViewAudit);
        return organization.Refusal is { } refusal ? ApiResults.Refused(refusal) : await AuditCsv.AnswerAsync(audit, organization.Value, filter, http.RequestAborted);
    }

    private static async Task<IResult> AnchorAsync(HttpContext http, AuditList audit)
    {
        var organization = ApiScope.ForList(http, new ApiQuery(http), Permission.ViewAudit);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await audit.AnchorAsync(organization.Value, http.RequestAborted) is { } anchor ? ApiResults.Ok(anchor) : ApiResults.Missing("audit event");
    }

    /// <summary>An actor or subject may be given by id or by name.</summary>
    private static AuditFilter Filter(ApiQuery query)
    {
        var (actor, subject) = (query.Text("actor"), query.Text("subject", 300));
        var actorId = Guid.TryParseExact(actor, "D", out var byActor) ? byActor : query.Id("actor_id");
        var subjectId = Guid.TryParseExact(subject, "D", out var bySubject) ? bySubject : query.Id("subject_id");
        return new AuditFilter(query.Instant("from"), query.Instant("to"), actorId, byActor == default ? actor : null, query.Text("action"),
            query.Text("subject_type"), subjectId, query.Text("search") ?? (bySubject == default ? subject : null), query.Flag("allowed"));
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, AuditList audit)
    {
        var organization = await ApiScope.ForRowAsync<AuditEvent>(http, id, "audit event", Permission.ViewAudit);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return await audit.FindAsync(organization.Value, id, http.RequestAborted) is { } row ? ApiResults.Ok(AuditView.Of(row)) : ApiResults.Missing("audit event");
    }

    private static async Task<IResult> VerifyAsync(HttpContext http, AuditList audit)
    {
        var query = new ApiQuery(http);
        var (sequence, hash) = (query.Text("sequence", 19), query.Text("hash", 64));
        var at = 0L;
        if (sequence is not null && !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out at)) query.Fault("sequence", "Must be a whole number.");
        if ((sequence is null) != (hash is null)) query.Fault("hash", "Must be given with sequence: both are of one anchor.");
        var organization = ApiScope.ForList(http, query, Permission.ViewAudit);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await audit.VerifyAsync(organization.Value, hash is null ? null : (at, hash), http.RequestAborted));
    }

    private static long? Before(ApiQuery query)
    {
        if (query.Text("cursor", 2000) is not { } text) return null;
        if (Cursor.TryRead(text, 1, out var keys) && long.TryParse(keys[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)) return sequence;
        query.Fault("cursor", "This is not a cursor of this list.");
        return null;
    }
}
