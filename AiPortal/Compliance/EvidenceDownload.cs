using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Compliance;
using AiPortal.Exports;

namespace AiPortal.Compliance;

/// <summary>The pack as an answer, from the API and from a ticket alike.</summary>
internal static class EvidenceDownload
{
    /// <summary>Notes the download, then makes the pack.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext http, Actor actor, Guid organizationId, EvidencePeriod period)
    {
        var services = http.RequestServices;
        var noted = await services.GetRequiredService<TakeEvidence>().RunAsync(actor, organizationId, period, http.RequestAborted);
        if (noted.Refusal is { } refusal) return ApiResults.Refused(refusal);
        var pack = new EvidencePack(services.GetRequiredService<EvidenceReader>(), services.GetRequiredService<Core.Audit.AuditList>(), services.GetRequiredService<TimeProvider>());
        return Results.Stream(await TemporaryFile.WriteAsync(file => pack.WriteAsync(file, actor, organizationId, period, http.RequestAborted)), EvidencePack.ContentType, "evidence.zip");
    }
}
