using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Keys;
using AiPortal.Core.Keys.Import;
using AiPortal.Core.Money;

namespace AiPortal.Keys;

/// <summary>Keys by the many, and the one that has leaked.</summary>
internal static class KeyActionEndpoints
{
    private const int MaxBytes = 4 << 20;

    internal sealed record BulkView(IReadOnlyList<Guid> Changed, IReadOnlyList<Guid> Unchanged);

    internal sealed record ImportedView(int Line, string Name, Guid? Id, string? Prefix, string? Key, IReadOnlyDictionary<string, string[]> Errors);

    /// <summary><c>Imported</c> counts what was made; none in a dry run or where a row is wrong.</summary>
    internal sealed record ImportView(bool DryRun, int Imported, int Invalid, IReadOnlyList<ImportedView> Rows);

    internal sealed record LeakView(KeyView Revoked, KeyView? Replacement, KeyExposure Exposure);

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/bulk", BulkAsync).Describe(
            $"Disable, enable, revoke or tag at most {ChangeKeys.Most} keys in one transaction; a tag with an empty value is taken away.",
            new { ids = new[] { ApiExamples.Id }, action = "tag", tags = new { owner = "search" } }, new BulkView([ApiExamples.Id], []));
        group.MapPost("/import", ImportAsync).Describe(
            $"Make at most {ImportKeys.MaxRows} keys, all or none, from rows or from csv with a header; parts by name or id, owners by mail address. dry_run tells what would happen.",
            new { dry_run = true, rows = new[] { new { name = "search", owner = "ann@example.com", team = "Search", budget = new { limit = 50, period = "monthly" }, expires_at = "2027-01-31T00:00:00Z" } } },
            new ImportView(true, 0, 0, [new ImportedView(1, "search", null, null, null, new Dictionary<string, string[]>())]));
        group.MapPost("/{id:guid}/leaked", LeakedAsync).Describe(
            "Revoke a key that others have got hold of, make another with the same terms, and tell what it did since a moment (the last 24 hours where none is given).",
            new { since = ApiExamples.Instant, replace = true }, new LeakView(KeyExamples.Row, KeyExamples.Issued, Exposure));
        group.MapPost("/{id:guid}/collect", CollectAsync).Describe("Answer, once, the secret that a rotation by schedule has made.", answer: KeyExamples.Issued);
        group.MapGet("/{id:guid}/exposure", ExposureAsync).Describe("What a key did since a moment: its cost by team and model, and the addresses that it was used from.", answer: Exposure);
    }

    private static KeyExposure Exposure => new(ApiExamples.Instant, 12.5m, 0, 310, ApiExamples.Instant,
        [new ExposedShare(ApiExamples.Id, "Search", 12.5m, 310)], [new ExposedShare(null, "gpt-5.4-mini", 12.5m, 310)], ["203.0.113.7"]);

    private static async Task<IResult> BulkAsync(HttpContext http, ChangeKeys change)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var ids = body.TextsOrNull("ids", maxCount: ChangeKeys.Most) ?? [];
        if (ids.Any(id => !Guid.TryParse(id, out _))) body.Fault("ids", "Must be ids of keys.");
        var action = body.Word<KeyAction>("action");
        var tags = body.Has("tags") ? body.Map("tags", maxCount: 16, maxLength: 512) : null;
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await change.RunAsync(http.GetActor(), organization.Value, [.. ids.Select(Guid.Parse)], action, tags, http.RequestAborted),
            done => new BulkView(done.Changed, done.Unchanged));
    }

    private static async Task<IResult> ImportAsync(HttpContext http, ImportKeys import)
    {
        var body = await JsonBody.ReadAsync(http, maxBytes: MaxBytes);
        var organization = ApiScope.ForCreation(http, body);
        var dryRun = body.Flag("dry_run", false);
        IReadOnlyList<KeyImportRow> rows = [];
        if (body.TextOrNull("csv", maxLength: MaxBytes) is { } csv)
        {
            var read = KeyCsv.Read(csv);
            if (read.Refusal is { } unread) return ApiResults.Refused(unread);
            rows = read.Value;
            if (body.Has("rows")) body.Fault("rows", "Give rows or csv.");
        }
        else
        {
            rows = [.. (body.Objects("rows", ImportKeys.MaxRows) ?? []).Select(Row)];
        }

        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await import.RunAsync(http.GetActor(), organization.Value, rows, dryRun, http.RequestAborted);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var done = outcome.Value;
        var view = new ImportView(dryRun, done.Applied ? done.Rows.Count : 0, done.Invalid, [.. done.Rows.Select(row => new ImportedView(
            row.Line, row.Name, row.Issued?.Listing.Key.Id, row.Issued?.Listing.Key.Prefix, row.Issued?.Secret, row.Errors))]);
        // A row that is wrong in earnest is a bad request; the answer is the same, so that a script reads one shape.
        var status = done.Applied ? StatusCodes.Status201Created : dryRun ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        return Results.Json(view, ApiJson.Options, statusCode: status);
    }

    private static KeyImportRow Row(JsonBody body)
    {
        var limits = body.RateLimit(Core.Tenancy.RateLimit.None);
        return new KeyImportRow
        {
            Name = body.TextOrNull("name") ?? "",
            Owner = body.TextOrNull("owner", maxLength: 254),
            Team = body.TextOrNull("team"),
            Project = body.TextOrNull("project"),
            CostCenter = body.TextOrNull("cost_center"),
            Environment = body.TextOrNull("environment"),
            Models = body.TextsOrNull("models"),
            Rpm = limits.Rpm,
            Tpm = limits.Tpm,
            Concurrency = limits.Concurrency,
            Budget = body.Object("budget") is { } budget
                ? new KeyBudgetTerms(budget.Amount("limit"), budget.Word<PeriodType>("period", PeriodType.Monthly), budget.Text("hold", "learned"), budget.Text("action", "block"))
                : null,
            ExpiresAt = body.InstantOrNull("expires_at"),
            Tags = body.Map("tags", maxCount: 16, maxLength: 512),
            Secret = body.TextOrNull("key", maxLength: 256),
        };
    }

    private static async Task<IResult> LeakedAsync(Guid id, HttpContext http, ReportLeakedKey report, KeyExposures exposures, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } missing) return ApiResults.Refused(missing);
        var body = await JsonBody.ReadAsync(http, optional: true);
        var since = body.InstantOrNull("since") ?? clock.GetUtcNow().AddHours(-24);
        var replace = body.Flag("replace", true);
        if (body.Refusal() is { } refusal) return ApiResults.Refused(refusal);
        var outcome = await report.RunAsync(http.GetActor(), organization.Value, id, since, replace, http.RequestAborted);
        if (outcome.Refusal is { } refused) return ApiResults.Refused(refused);
        var now = clock.GetUtcNow();
        var (revoked, replacement) = outcome.Value;
        var exposure = await exposures.ReadAsync(organization.Value, id, since, http.RequestAborted);
        return Results.Json(new LeakView(KeyView.Of(revoked, null, now), replacement is null ? null : KeyView.Of(replacement.Listing, null, now, replacement.Secret), exposure), ApiJson.Options);
    }

    private static async Task<IResult> CollectAsync(Guid id, HttpContext http, CollectKeySecret collect, TimeProvider clock)
    {
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await collect.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), issued => KeyView.Of(issued.Listing, null, clock.GetUtcNow(), issued.Secret));
    }

    private static async Task<IResult> ExposureAsync(Guid id, HttpContext http, KeyExposures exposures, TimeProvider clock)
    {
        var query = new ApiQuery(http);
        var since = query.Instant("since") ?? clock.GetUtcNow().AddHours(-24);
        if (query.Refusal() is { } bad) return ApiResults.Refused(bad);
        var organization = await ApiScope.ForRowAsync<ApiKey>(http, id, "key", Permission.ViewKeys);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await exposures.ReadAsync(organization.Value, id, since, http.RequestAborted));
    }
}
