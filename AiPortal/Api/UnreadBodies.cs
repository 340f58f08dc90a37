namespace AiPortal.Api;

/// <summary>
/// An endpoint that takes no members refuses those it is sent, by their names, as every other does: who sends them means something
/// that would not happen.
/// </summary>
internal static class UnreadBodies
{
    public static RouteGroupBuilder RefuseUnreadBodies(this RouteGroupBuilder group) => group.AddEndpointFilter(RefuseAsync);

    private static async ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var request = call.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || call.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ApiExample>() is not { Request: null }) return await next(call);
        // Some of these read the body themselves.
        request.EnableBuffering(JsonBody.DefaultMaxBytes);
        var body = await JsonBody.ReadAsync(call.HttpContext, optional: true);
        request.Body.Position = 0;
        // The path says it already.
        body.ReadOnly("organization_id");
        return body.Refusal() is { } refusal ? ApiResults.Refused(refusal) : await next(call);
    }
}
