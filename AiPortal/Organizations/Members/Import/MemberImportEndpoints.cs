using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations.Import;
using AiPortal.Core.Tenancy;

namespace AiPortal.Organizations.Members.Import;

/// <summary><c>/api/v1/members/import</c>: many members at once, from rows or from a file.</summary>
internal static class MemberImportEndpoints
{
    private const int MaxBytes = 4 << 20;

    /// <summary><c>InvitationUrl</c> is shown this once.</summary>
    internal sealed record RowView(int Line, string Email, string? Action, Guid? Id, string? InvitationUrl, IReadOnlyDictionary<string, string[]> Errors);

    /// <summary><c>Applied</c> is false in a dry run, and where a line is wrong: then nothing was done.</summary>
    internal sealed record ImportView(bool DryRun, bool Applied, int Created, int Changed, int Skipped, int Invalid, IReadOnlyList<RowView> Rows);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/members/import", ImportAsync).WithTags("Members").Describe(
        $"Add and change at most {ImportMembers.MaxRows} members, all or none, from rows or from csv with a header; teams, departments and projects by name or id. Who is there already exactly so is skipped. dry_run tells what would happen.",
        new { dry_run = true, csv = "email,name,role,team,scope_type,scope\nada@example.com,Ada Lovelace,manager,Search,team,Search" },
        new ImportView(true, false, 1, 0, 0, 0, [new RowView(1, "ada@example.com", "create", null, null, new Dictionary<string, string[]>())]));

    private static async Task<IResult> ImportAsync(HttpContext http, ImportMembers import)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var organization = ApiScope.ForCreation(http, body);
        var dryRun = body.Flag("dry_run", false);
        IReadOnlyList<MemberImportRow> rows = [];
        if (body.TextOrNull("csv", maxLength: MaxBytes) is { } csv)
        {
            if (body.Has("rows")) body.Fault("rows", "Give rows or csv.");
            var read = MemberCsv.Read(csv);
            if (read.Refusal is { } unread) return ApiResults.Refused(unread);
            rows = read.Value;
        }
        else
        {
            rows = [.. (body.Objects("rows", ImportMembers.MaxRows) ?? []).Select(Row)];
        }

        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await import.RunAsync(http.GetActor(), organization.Value, rows, dryRun, http.RequestAborted);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var done = outcome.Value;
        var site = MemberEndpoints.SiteOf(http);
        var view = new ImportView(dryRun, done.Applied, done.Count(MemberImportAction.Create), done.Count(MemberImportAction.Change), done.Count(MemberImportAction.Skip), done.Invalid,
        [
            .. done.Rows.Select(row => new RowView(row.Line, row.Email, row.Action is { } action ? EnumWord.Of(action) : null, row.MemberId,
                row.InvitationToken is { } token ? MemberEndpoints.LinkOf(site, token) : null, row.Errors)),
        ]);
        // A line that is wrong in earnest is a bad request; the answer is the same, so that a script reads one shape.
        var status = done.Applied ? StatusCodes.Status201Created : dryRun ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        return Results.Json(view, ApiJson.Options, statusCode: status);
    }

    private static MemberImportRow Row(JsonBody body)
    {
        var limits = body.RateLimit(RateLimit.None);
        return new MemberImportRow
        {
            Email = body.TextOrNull("email", maxLength: 254) ?? "",
            Name = body.TextOrNull("name"),
            Role = body.Has("role") ? body.Word<Role>("role", Role.Member) : null,
            HasTeam = body.Has("team"),
            Team = body.TextOrNull("team"),
            HasScope = body.Has("scope_type") || body.Has("scope"),
            ScopeType = body.Has("scope_type") && !body.IsNull("scope_type") ? body.Word<PlaceKind>("scope_type", PlaceKind.Team) : null,
            Scope = body.TextOrNull("scope"),
            HasLimits = body.Has("rate_limit"),
            Rpm = limits.Rpm,
            Tpm = limits.Tpm,
            Concurrency = limits.Concurrency,
        };
    }
}
