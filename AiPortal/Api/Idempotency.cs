using System.Text;
using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Api;

/// <summary>
/// <c>Idempotency-Key</c> on every management POST: the first answer is kept and given again, so that a caller who heard nothing
/// may repeat without doing it twice.
/// </summary>
internal static class Idempotency
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    private const int MaxKeyLength = 255;

    /// <summary>Wraps the handlers of a group's endpoints; authentication has run by then.</summary>
    public static TBuilder HonourIdempotencyKeys<TBuilder>(this TBuilder group) where TBuilder : IEndpointConventionBuilder
    {
        group.Add(endpoint =>
        {
            if (endpoint.RequestDelegate is { } handler) endpoint.RequestDelegate = http => InvokeAsync(http, handler);
        });
        return group;
    }

    private static async Task InvokeAsync(HttpContext http, RequestDelegate handler)
    {
        var keys = http.Request.Headers[Header];
        if (keys.Count == 0 || !HttpMethods.IsPost(http.Request.Method) || http.User.Identity?.IsAuthenticated != true)
        {
            await handler(http);
            return;
        }

        var key = keys.Count == 1 ? keys[0] : null;
        if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || !key.All(c => c is > ' ' and <= '~'))
            throw new ApiFault(StatusCodes.Status400BadRequest, "invalid_idempotency_key", $"{Header} must be 1 to {MaxKeyLength} visible ASCII characters.");

        var answers = http.RequestServices.GetRequiredService<IdempotentAnswers>();
        var actor = http.GetActor();
        var claim = await answers.ClaimAsync(actor.Id, key, await HashAsync(http.Request, http.RequestServices.GetRequiredService<SecretVault>(), http.RequestAborted), http.RequestAborted);
        switch (claim.State)
        {
            case IdempotencyState.Mine:
                await AnswerAndKeepAsync(http, handler, answers, actor.Id, claim.Id);
                return;
            case IdempotencyState.Answered:
                http.Response.Headers[Replayed] = "true";
                await WriteAsync(http.Response, claim.Answer!);
                return;
            case IdempotencyState.Running:
                http.Response.Headers.RetryAfter = "1";
                throw new ApiFault(StatusCodes.Status409Conflict, "idempotency_in_progress", "The first request with this key is still being worked on; try again in a moment.");
            case IdempotencyState.Mismatch:
                throw new ApiFault(StatusCodes.Status409Conflict, "idempotency_mismatch", "This key was used for another request.");
            case IdempotencyState.Interrupted:
                throw new ApiFault(StatusCodes.Status409Conflict, "idempotency_interrupted", "The first request with this key was interrupted; look whether it took effect, then use a new key.");
        }
    }

    private static async Task AnswerAndKeepAsync(HttpContext http, RequestDelegate handler, IdempotentAnswers answers, Guid actorId, Guid claimId)
    {
        // The work is finished and its answer kept even if the caller leaves now: he will ask again.
        http.RequestAborted = CancellationToken.None;
        var wire = http.Response.Body;
        using var kept = new MemoryStream();
        http.Response.Body = kept;
        try
        {
            await handler(http);
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is ApiFault or BadHttpRequestException or DbUpdateException)
        {
            // Not read, or rolled back: nothing happened.
            await answers.ReleaseAsync(actorId, claimId);
            throw;
        }
        catch
        {
            // The change may stand although what came after it failed: a repetition could make it twice.
            await answers.InterruptAsync(actorId, claimId);
            throw;
        }
        finally
        {
            http.Response.Body = wire;
        }

        var answer = new StoredAnswer(http.Response.StatusCode, http.Response.ContentType, kept.ToArray());
        if (answer.HttpStatus < StatusCodes.Status500InternalServerError) await answers.StoreAsync(actorId, claimId, answer);
        else await answers.InterruptAsync(actorId, claimId);
        await WriteAsync(http.Response, answer);
    }

    private static async Task WriteAsync(HttpResponse response, StoredAnswer answer)
    {
        response.StatusCode = answer.HttpStatus;
        if (answer.ContentType is not null) response.ContentType = answer.ContentType;
        if (answer.Body.Length > 0) await response.Body.WriteAsync(answer.Body, CancellationToken.None);
    }

    /// <summary>Keyed, as a body may hold a password that a plain hash would let one guess.</summary>
    private static async Task<byte[]> HashAsync(HttpRequest request, SecretVault vault, CancellationToken token)
    {
        request.EnableBuffering();
        using var hash = vault.CreateMac("idempotent_answer");
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Path}{request.QueryString}\n"));
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, token)) > 0) hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
