using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Import;
using AiPortal.Core.Data;

namespace AiPortal.Catalog;

/// <summary>One line of an import's difference: <c>before</c> and <c>after</c> are the price's terms.</summary>
internal sealed record PriceDiffRowView(PriceChangeKind Change, string Provider, string Model, Guid? PriceId, bool BeforeIsBuiltIn, PriceTerms? Before, PriceTerms? After);

/// <summary>What an import does; <c>applied</c> is false for a dry run.</summary>
internal sealed record PriceDiffView(bool Applied, int Added, int Changed, int Ended, int Same, IReadOnlyList<PriceDiffRowView> Rows)
{
    public static PriceDiffView Of(PriceDiff diff) => new(
        diff.Applied, diff.Count(PriceChangeKind.Added), diff.Count(PriceChangeKind.Changed), diff.Count(PriceChangeKind.Ended), diff.Count(PriceChangeKind.Same),
        [.. diff.Rows.Select(row => new PriceDiffRowView(row.Change, row.Provider, row.Model, row.PriceId, row.BeforeIsBuiltIn, row.Before, row.After))]);
}

/// <summary><c>POST /api/v1/cost/models/import</c>: a file of prices, first looked at, then applied.</summary>
internal static class PriceImportEndpoints
{
    public static void MapPriceImport(this RouteGroupBuilder group) =>
        group.MapPost("/import", ImportAsync).Describe(
            "Import prices from a file: the body is a JSON array as the built-in catalogue has it, or CSV (content type text/csv). dry_run=true answers the difference and writes nothing; end_missing=true ends own prices of the file's vendors that it does not have.",
            new[] { new Dictionary<string, object> { ["provider"] = "openai", ["model"] = "gpt-5.4", ["inputPerMTok"] = 2.5m, ["outputPerMTok"] = 15m } },
            new PriceDiffView(false, 1, 0, 0, 0, [new PriceDiffRowView(PriceChangeKind.Added, "openai", "gpt-5.4", null, true, null, null)]));

    private static async Task<IResult> ImportAsync(HttpContext http, ImportCatalogue import)
    {
        var query = new ApiQuery(http);
        var (dryRun, endMissing) = (query.Flag("dry_run") == true, query.Flag("end_missing") == true);
        var organization = ApiScope.ForList(http, query, Permission.ManagePrices);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var read = PriceFile.Read(await BytesAsync(http), http.Request.ContentType?.Contains("csv", StringComparison.OrdinalIgnoreCase) == true);
        if (read.Refusal is { } unread) return ApiResults.Refused(unread);
        var actor = http.GetActor();
        return ApiResults.Ok(dryRun
            ? await import.PreviewAsync(actor, organization.Value, read.Value, endMissing, http.RequestAborted)
            : await import.RunAsync(actor, organization.Value, read.Value, endMissing, http.RequestAborted), PriceDiffView.Of);
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpContext http)
    {
        if (http.Request.ContentLength > PriceFile.MaxBytes) throw ApiFault.TooLarge(PriceFile.MaxBytes);
        using var whole = new MemoryStream();
        var buffer = new byte[16384];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (whole.Length + read > PriceFile.MaxBytes) throw ApiFault.TooLarge(PriceFile.MaxBytes);
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }
}
