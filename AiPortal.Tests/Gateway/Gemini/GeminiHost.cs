using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Catalog.Terms;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using OpenAI;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Gemini;

/// <summary>A portal with a Google account that answers by script, and an OpenAI-like one beside it.</summary>
public sealed class GeminiHost : IAsyncLifetime
{
    private int _models;

    public GatewayHost Gateway { get; } = new();

    public FakeGemini Google { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Gateway.InitializeAsync();
        Google = await FakeGemini.StartAsync(GatewayHost.UpstreamSecret);
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Google.DisposeAsync();
    }

    /// <summary>A model of Google's: $2 a million input, $0.50 cached, $8 output, $10 thoughts, $4 audio; above 200,000 tokens $4, $1, $12 and $14.</summary>
    public async Task<string> AddModelAsync(FakeGeminiReply reply, string prefix = "gemini-2.5-")
    {
        var model = prefix + "m" + Interlocked.Increment(ref _models);
        await Gateway.AddProviderAsync("google " + model, Google.BaseUrl, [model], priority: 0, kind: "gemini");
        await Gateway.AddPriceAsync(new PriceDraft
        {
            Name = model,
            Provider = "gemini",
            InputPrice = 2,
            CachedInputPrice = 0.5m,
            OutputPrice = 8,
            ReasoningPrice = 10,
            UnitSize = 1_000_000,
            MaxOutput = 60_000,
            ContextWindow = 1_048_576,
            Details = new PriceDetails { AudioInputPrice = 4, ContextTiers = [new ContextTier { Above = 200_000, InputPrice = 4, CachedInputPrice = 1, OutputPrice = 12, ReasoningPrice = 14 }] },
        });
        Google.ForModel(model, reply);
        return model;
    }

    /// <summary>The key's id, and a client as Google's SDKs set it up.</summary>
    public async Task<(Guid Id, HttpClient Http)> IssueAsync()
    {
        var (id, secret) = await Gateway.IssueSecretAsync();
        var http = Gateway.Portal.Anonymous();
        http.DefaultRequestHeaders.Add("x-goog-api-key", secret);
        return (id, http);
    }

    public async Task<(Guid Id, ChatClient Chat)> OpenAiAsync(string model)
    {
        var (id, secret) = await Gateway.IssueSecretAsync();
        var options = new OpenAIClientOptions { Endpoint = new Uri(Gateway.Portal.BaseUrl, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        return (id, new ChatClient(model, new ApiKeyCredential(secret), options));
    }

    public static string Path(string model, bool stream) => $"/v1beta/models/{model}:" + (stream ? "streamGenerateContent?alt=sse" : "generateContent");

    public static HttpContent Body(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    /// <summary>The only entry of a key, and what Google was sent for it.</summary>
    public async Task<(LedgerEntry Entry, FakeGeminiRequest? Sent)> EntryAsync(Guid key)
    {
        var entry = Assert.Single(await Gateway.EntriesAsync(key, 1));
        return (entry, Google.Requests.SingleOrDefault(request => request.AttemptId == entry.Id.ToString()));
    }

    /// <summary>The answer's candidates put together as Google's SDKs do: a plain body, or the frames of a stream.</summary>
    public static GeminiAnswer Read(string body, bool stream)
    {
        var frames = stream ? body.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(frame => frame.Trim()["data: ".Length..]) : [body];
        var answer = new GeminiAnswer();
        foreach (var frame in frames) answer.Add(JsonDocument.Parse(frame).RootElement);
        return answer;
    }

    public static async Task<JsonElement> AssertErrorAsync(HttpResponseMessage answer, int status, string word)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.Equal((status, word), (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.DoesNotContain(GatewayHost.UpstreamSecret, text, StringComparison.Ordinal);
        return error;
    }
}

/// <summary>What a Gemini client makes of an answer.</summary>
public sealed class GeminiAnswer
{
    public string Text { get; private set; } = "";

    public string Thoughts { get; private set; } = "";

    public List<JsonElement> Calls { get; } = [];

    public List<JsonElement> Parts { get; } = [];

    public string? Finish { get; private set; }

    public JsonElement? Usage { get; private set; }

    public string? Model { get; private set; }

    public int Frames { get; private set; }

    public void Add(JsonElement frame)
    {
        Frames++;
        Assert.Null(Finish);
        Model = frame.GetProperty("modelVersion").GetString();
        Assert.NotEqual("", frame.GetProperty("responseId").GetString());
        if (frame.TryGetProperty("usageMetadata", out var usage)) Usage = usage;
        foreach (var candidate in frame.TryGetProperty("candidates", out var candidates) ? candidates.EnumerateArray() : default)
        {
            Assert.Equal("model", candidate.GetProperty("content").GetProperty("role").GetString());
            foreach (var part in candidate.GetProperty("content").TryGetProperty("parts", out var parts) ? parts.EnumerateArray() : default)
            {
                Parts.Add(part);
                if (part.TryGetProperty("functionCall", out var call)) Calls.Add(call);
                else if (part.TryGetProperty("thought", out var thought) && thought.GetBoolean()) Thoughts += part.GetProperty("text").GetString();
                else if (part.TryGetProperty("text", out var text)) Text += text.GetString();
            }

            Finish = candidate.TryGetProperty("finishReason", out var finish) ? finish.GetString() : null;
        }
    }
}

[CollectionDefinition(Name)]
public sealed class GeminiCollection : ICollectionFixture<GeminiHost>
{
    public const string Name = "gemini";
}
