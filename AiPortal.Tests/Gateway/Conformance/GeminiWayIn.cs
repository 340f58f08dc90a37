using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiPortal.Tests.Gateway.Gemini;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>Google's interface by plain HTTP, as its SDKs use it.</summary>
internal sealed class GeminiWayIn : IWayIn
{
    public string Name => "gemini";

    public bool KnowsFailedResults => true;

    public bool SeesBrokenStreams => true;

    public IConversation Begin(Uri portal, string secret, string model) => new Conversation(portal, secret, model);

    /// <summary>What was cached is inside the prompt, thoughts beside the candidates.</summary>
    public Counted Count(Tokens tokens) => new(tokens.AllInput, tokens.CacheRead, null, tokens.Output, tokens.Reasoning);

    /// <summary>Calls end with STOP, too.</summary>
    public string Word(Ending ending) => ending == Ending.Length ? "MAX_TOKENS" : "STOP";

    public Failure Word(Trouble trouble) => trouble switch
    {
        Trouble.RateLimited => new(429, "RESOURCE_EXHAUSTED", 17),
        Trouble.Refused => new(400, "INVALID_ARGUMENT"),
        Trouble.NoSuchModel => new(404, "NOT_FOUND"),
        Trouble.Credential or Trouble.NoCredit => new(502, "INTERNAL"),
        Trouble.Overloaded => new(503, "UNAVAILABLE", 17),
        Trouble.BrokenOff => new(502, "INTERNAL"),
    };

    private sealed class Conversation : IConversation
    {
        private readonly WireWatch _wire = new();
        private readonly HttpClient _http;
        private readonly string _model;
        private readonly JsonArray _contents = [];
        private string? _system;
        private IReadOnlyList<HeardCall> _calls = [];

        public Conversation(Uri portal, string secret, string model)
        {
            (_http, _model) = (new HttpClient(_wire) { BaseAddress = portal }, model);
            _http.DefaultRequestHeaders.Add("x-goog-api-key", secret);
        }

        public async Task<Heard> AskAsync(Ask ask, bool stream)
        {
            if (_contents.Count == 0) _system = ask.System;
            _contents.Add(Content("user", [.. ask.Results.Select(Part), .. ask.Said.Select(Part)]));
            using var body = new StringContent(Body(ask).ToJsonString(), Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, GeminiHost.Path(_model, stream)) { Content = body };
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) return new Heard { Failure = Read(JsonDocument.Parse(text).RootElement, (int)answer.StatusCode) with { ShouldRetry = _wire.Header("x-should-retry") } };
            Assert.Equal(stream ? "text/event-stream" : "application/json", answer.Content.Headers.ContentType?.MediaType);
            return Keep(text, stream);
        }

        public void Dispose() => _http.Dispose();

        /// <summary>The parts go back as they came, with their seals, as Google asks.</summary>
        private Heard Keep(string text, bool stream)
        {
            var (seen, failure) = (new GeminiAnswer(), (Failure?)null);
            foreach (var frame in stream ? text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(block => block.Split("\r\n\r\n")).Select(block => block["data: ".Length..]) : [text])
            {
                var json = JsonDocument.Parse(frame).RootElement;
                if (json.TryGetProperty("error", out _)) failure = Read(json, json.GetProperty("error").GetProperty("code").GetInt32());
                else seen.Add(json);
            }

            _contents.Add(Content("model", [.. seen.Parts.Select(part => JsonNode.Parse(part.GetRawText()))]));
            _calls = [.. seen.Calls.Select(call => new HeardCall(call.TryGetProperty("id", out var id) ? id.GetString() : null, call.GetProperty("name").GetString()!, call.GetProperty("args").GetRawText()))];
            return new Heard { Text = seen.Text, Calls = _calls, Finish = seen.Finish, Usage = seen.Usage is { } usage ? Count(usage) : null, Cost = _wire.Header("x-portal-cost-usd"), Failure = failure };
        }

        private JsonObject Body(Ask ask)
        {
            var config = new JsonObject { ["maxOutputTokens"] = ask.MaxOutput };
            if (ask.Temperature is { } temperature) config["temperature"] = temperature;
            if (ask.Stop is not null) config["stopSequences"] = new JsonArray(ask.Stop);
            if (ask.Schema is not null) (config["responseMimeType"], config["responseJsonSchema"]) = ("application/json", JsonNode.Parse(ask.Schema));
            var body = new JsonObject { ["contents"] = _contents.DeepClone(), ["generationConfig"] = config };
            if (_system is not null) body["systemInstruction"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = _system }) };
            if (ask.MustCall) body["toolConfig"] = new JsonObject { ["functionCallingConfig"] = new JsonObject { ["mode"] = "ANY" } };
            if (ask.Tools.Count == 0) return body;
            body["tools"] = new JsonArray(new JsonObject
            {
                ["functionDeclarations"] = new JsonArray([.. ask.Tools.Select(tool => new JsonObject { ["name"] = tool.Name, ["description"] = tool.Description, ["parameters"] = OwnSchema(tool.Schema) })]),
            });
            return body;
        }

        /// <summary>Google's own kind of schema has its types in capitals.</summary>
        private static JsonNode? OwnSchema(string schema)
        {
            foreach (var type in (string[])["object", "string", "integer", "array"]) schema = schema.Replace($"\"type\":\"{type}\"", $"\"type\":\"{type.ToUpperInvariant()}\"", StringComparison.Ordinal);
            return JsonNode.Parse(schema);
        }

        private JsonObject Part(ToolAnswer result)
        {
            var call = _calls[result.Call];
            JsonNode response = result.Failed ? new JsonObject { ["error"] = result.Text } : result.Text.StartsWith('{') ? JsonNode.Parse(result.Text)! : new JsonObject { ["output"] = result.Text };
            var answer = new JsonObject { ["name"] = call.Name, ["response"] = response };
            if (call.Id is not null) answer["id"] = call.Id;
            return new JsonObject { ["functionResponse"] = answer };
        }

        private static JsonObject Part(Piece piece) => piece switch
        {
            Picture picture => new JsonObject { ["inlineData"] = new JsonObject { ["mimeType"] = picture.MediaType, ["data"] = picture.Base64 } },
            PictureAt picture => new JsonObject { ["fileData"] = new JsonObject { ["mimeType"] = "image/jpeg", ["fileUri"] = picture.Url } },
            _ => new JsonObject { ["text"] = ((Words)piece).Text },
        };

        private static JsonObject Content(string role, JsonNode?[] parts) => new() { ["role"] = role, ["parts"] = new JsonArray(parts) };

        private static Counted Count(JsonElement usage) => new(Member(usage, "promptTokenCount"), Member(usage, "cachedContentTokenCount"), null, Member(usage, "candidatesTokenCount"), Member(usage, "thoughtsTokenCount"));

        private static long Member(JsonElement usage, string name) => usage.TryGetProperty(name, out var count) ? count.GetInt64() : 0;

        private static Failure Read(JsonElement body, int status)
        {
            var error = body.GetProperty("error");
            Assert.Equal(status, error.GetProperty("code").GetInt32());
            var wait = error.GetProperty("details").EnumerateArray().Select(detail => detail.TryGetProperty("retryDelay", out var delay) ? delay.GetString()!.TrimEnd('s') : null).SingleOrDefault(delay => delay is not null);
            return new Failure(status, error.GetProperty("status").GetString()!, wait is null ? null : int.Parse(wait, CultureInfo.InvariantCulture)) { Message = error.GetProperty("message").GetString()! };
        }
    }
}
