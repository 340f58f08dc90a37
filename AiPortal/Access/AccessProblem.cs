namespace AiPortal.Access;

/// <summary>Problem details (RFC 9457) for refusals that come before any endpoint.</summary>
internal static class AccessProblem
{
    public static Task WriteAsync(HttpContext context, int status, string code, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { type = "about:blank", title = detail, status, detail, code },
            options: null, contentType: "application/problem+json", context.RequestAborted);
    }
}
