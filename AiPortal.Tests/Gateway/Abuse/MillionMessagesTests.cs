using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit.Abstractions;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>A05 at the limit that is in force by itself, 32 MB: bodies that are all structure are read once and answered at once.</summary>
public sealed class MillionMessagesTests(PortalHost host, ITestOutputHelper output) : IClassFixture<PortalHost>
{
    private const int Limit = 33_554_432;
    private const string Message = "{\"role\":\"user\",\"content\":\"\"},";

    public static TheoryData<string, int> Bodies() => new()
    {
        { "a million messages", 404 },
        { "a million parts of one message", 404 },
        { "a million members with one name", 400 },
        { "bad UTF-8 at the end", 400 },
        { "NUL at the end", 400 },
        { "a number too large at the end", 400 },
        { "one byte too long", 413 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_AllStructure_IsAnsweredInASecondAndNotKept(string what, int status)
    {
        var key = await host.Admin.PostApiAsync("/keys", new { name = "structure" });
        using var http = host.WithBearer(key.Text("key")!);
        using (var warm = await PostAsync(http, Body("warm"))) Assert.Equal(HttpStatusCode.NotFound, warm.StatusCode);
        var body = Body(what);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = TimeProvider.System.GetTimestamp();
        using var answer = await PostAsync(http, body);
        var took = TimeProvider.System.GetElapsedTime(began);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{what}: {body.Length} bytes, {(int)answer.StatusCode} in {took.TotalMilliseconds:0} ms, {grown / 1024} KB more");

        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        // A second on a machine of its own; this one builds and tests besides.
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(grown, long.MinValue, 2L * Limit);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        // Who is refused for the length he announces need not send it.
        request.Headers.ExpectContinue = body.Length > Limit;
        return await http.SendAsync(request);
    }

    private static byte[] Body(string what)
    {
        const string begin = "{\"model\":\"nobody-serves-it\",\"max_tokens\":5,\"messages\":[";
        const string last = "{\"role\":\"user\",\"content\":\"x\"}]";
        return what switch
        {
            "a million messages" => Repeated(begin, Message, 1_000_000, last + "}"),
            "a million parts of one message" => Repeated(begin + "{\"role\":\"user\",\"content\":[", "{\"type\":\"text\",\"text\":\"\"},", 1_000_000, "{\"type\":\"text\",\"text\":\"x\"}]}]}"),
            "a million members with one name" => Repeated(begin + last, ",\"metadata\":{}", 1_000_000, "}"),
            "bad UTF-8 at the end" => [.. Repeated(begin, Message, 900_000, last + ",\"user\":\""), 0xC3, 0x28, .. "\"}"u8],
            "NUL at the end" => Repeated(begin, Message, 900_000, last + ",\"user\":\"\0\"}"),
            "a number too large at the end" => Repeated(begin, Message, 900_000, last + ",\"n\":1e400}"),
            "one byte too long" => Repeated(begin + last, " ", Limit + 1 - begin.Length - last.Length - 1, "}"),
            _ => Repeated(begin, Message, 10, last + "}"),
        };
    }

    private static byte[] Repeated(string begin, string piece, int count, string end)
    {
        var (head, one, tail) = (Encoding.UTF8.GetBytes(begin), Encoding.UTF8.GetBytes(piece), Encoding.UTF8.GetBytes(end));
        var body = new byte[head.Length + (one.Length * count) + tail.Length];
        head.CopyTo(body, 0);
        for (var i = 0; i < count; i++) one.CopyTo(body, head.Length + (i * one.Length));
        tail.CopyTo(body, body.Length - tail.Length);
        return body;
    }
}
