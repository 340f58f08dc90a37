// The bare forwarder: what a gateway in .NET cannot be faster than. Kestrel and SocketsHttpHandler, both bodies streamed
// through; no keys, no parsing, no accounting.
//   forwarder --urls http://127.0.0.1:PORT PREFIX=http://127.0.0.1:PORT ...
// POST /PREFIX/v1/chat/completions goes to the same path of that prefix's server.
using System.Net;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
await using var app = builder.Build();

using var client = new HttpMessageInvoker(new SocketsHttpHandler
{
    UseProxy = false,
    UseCookies = false,
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    ActivityHeadersPropagator = null,
    PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
});

foreach (var pair in args.Where(argument => !argument.StartsWith('-') && argument.Contains('=', StringComparison.Ordinal)).Select(argument => argument.Split('=', 2)))
{
    var path = $"/{pair[0]}/v1/chat/completions";
    var target = new Uri(pair[1] + path);
    app.MapPost(path, (RequestDelegate)(context => ForwardAsync(context, target)));
}

await app.RunAsync();

async Task ForwardAsync(HttpContext context, Uri target)
{
    var asked = context.Request;
    using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StreamContent(asked.Body) };
    request.Content.Headers.ContentLength = asked.ContentLength;
    request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
    if (asked.Headers.Authorization is [{ } authorization, ..]) request.Headers.TryAddWithoutValidation("Authorization", authorization);

    using var response = await client.SendAsync(request, context.RequestAborted);
    context.Response.StatusCode = (int)response.StatusCode;
    context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
    context.Response.ContentLength = response.Content.Headers.ContentLength;

    await using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
    var writer = context.Response.BodyWriter;
    while (await body.ReadAsync(writer.GetMemory(4096), context.RequestAborted) is var length and > 0)
    {
        writer.Advance(length);
        await writer.FlushAsync(context.RequestAborted);
    }
}
