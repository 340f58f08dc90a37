using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Api;

/// <summary>Everything under <c>/api</c> that ends without an endpoint's answer becomes a problem; the caller never sees a stack trace.</summary>
internal sealed class ApiFaultHandler(RequestDelegate next, ILogger<ApiFaultHandler> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, fault);
        }
    }

    /// <summary>For answers with a status and no body: unknown paths, wrong methods, refused credentials.</summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        var response = context.HttpContext.Response;
        var (code, message) = response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => ("bad_request", "The request could not be read."),
            StatusCodes.Status401Unauthorized => ("unauthenticated", "Sign in: send a valid access token as a bearer."),
            StatusCodes.Status403Forbidden => ("forbidden", "Your role does not allow this."),
            StatusCodes.Status404NotFound => ("not_found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", $"This address takes {response.Headers.Allow}."),
            StatusCodes.Status413PayloadTooLarge => ("request_too_large", "The body is too large."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported_media_type", "Send application/json."),
            StatusCodes.Status429TooManyRequests => ("too_many_requests", "Too many requests; try again later."),
            _ => ("refused", "The request was refused."),
        };
        return ApiResults.WriteProblemAsync(response, response.StatusCode, code, message);
    }

    private Task AnswerAsync(HttpContext http, Exception fault)
    {
        switch (fault)
        {
            case ApiFault known:
                return ApiResults.WriteProblemAsync(http.Response, known.Status, known.Code, known.Message, known.Errors);
            case BadHttpRequestException bad:
                var code = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "request_too_large" : "bad_request";
                return ApiResults.WriteProblemAsync(http.Response, bad.StatusCode, code, "The request could not be read.");
            case DbUpdateConcurrencyException:
                return Conflict(http, "changed_meanwhile", "Somebody else changed this at the same moment; read it again.");
            case DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } }:
                return Conflict(http, "already_exists", "Another one with the same name or address exists.");
            case DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } }:
                return Conflict(http, "in_use", "Something else refers to this, or what it refers to is gone.");
            default:
                var reference = http.TraceIdentifier;
                log.LogError(fault, "{Method} {Path} failed; reference {Reference}", http.Request.Method, http.Request.Path, reference);
                return ApiResults.WriteProblemAsync(http.Response, StatusCodes.Status500InternalServerError, "internal_error",
                    "Something went wrong on our side. Quote the reference when you report it.", reference: reference);
        }
    }

    private static Task Conflict(HttpContext http, string code, string message) =>
        ApiResults.WriteProblemAsync(http.Response, StatusCodes.Status409Conflict, code, message);
}
