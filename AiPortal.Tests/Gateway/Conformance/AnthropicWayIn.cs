using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiPortal.Tests.Gateway.Anthropic;
using global::Anthropic;
using global::Anthropic.Exceptions;
using global::Anthropic.Models.Messages;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>Anthropic's own .NET client.</summary>
internal sealed class AnthropicWayIn : IWayIn
{
    public string Name => "anthropic";

    public bool KnowsFailedResults => true;

    public bool SeesBrokenStreams => true;

    public IConversation Begin(Uri portal, string secret, string model) => new Conversation(portal, secret, model);

    /// <summary>What was read from and written to the cache is beside the input, thoughts inside the output.</summary>
    public Counted Count(Tokens tokens) => new(tokens.Input, tokens.CacheRead, tokens.CacheWrite, tokens.AllOutput, null);

    public string Word(Ending ending) => ending switch
    {
        Ending.Done => "end_turn",
        Ending.Length => "max_tokens",
        Ending.Called => "tool_use",
    };

    public Failure Word(Trouble trouble) => trouble switch
    {
        Trouble.RateLimited => new(429, "rate_limit_error", 17),
        Trouble.Refused => new(400, "invalid_request_error"),
        Trouble.NoSuchModel => new(404, "not_found_error"),
        Trouble.Credential or Trouble.NoCredit => new(502, "api_error"),
        Trouble.Overloaded => new(529, "overloaded_error", 17),
        Trouble.BrokenOff => new(502, "api_error"),
    };

    private sealed class Conversation : IConversation
    {
        private readonly AnthropicClient _client;
        private readonly WireWatch _wire = new();
        private readonly HttpClient _http;
        private readonly string _model;
        private readonly List<MessageParam> _messages = [];
        private string? _system;
        private IReadOnlyList<HeardCall> _calls = [];

        public Conversation(Uri portal, string secret, string model)
        {
            (_http, _model) = (new HttpClient(_wire), model);
            _client = new AnthropicClient { HttpClient = _http, BaseUrl = portal.ToString().TrimEnd('/'), ApiKey = secret, MaxRetries = 0, ResponseValidation = true };
        }

        public async Task<Heard> AskAsync(Ask ask, bool stream)
        {
            if (_messages.Count == 0) _system = ask.System;
            _messages.Add(Message("user", [.. ask.Results.Select(Block), .. ask.Said.Select(Block)]));
            try
            {
                var heard = stream ? await StreamAsync(Request(ask)) : await PlainAsync(Request(ask));
                _calls = heard.Calls;
                return heard;
            }
            catch (AnthropicApiException fault)
            {
                return new Heard { Failure = Read(fault) };
            }
        }

        public void Dispose() => _http.Dispose();

        private async Task<Heard> PlainAsync(MessageCreateParams request)
        {
            var answer = await _client.Messages.Create(request);
            var (text, calls) = ("", new List<HeardCall>());
            foreach (var block in answer.Content)
            {
                if (block.TryPickText(out var words)) text += words.Text;
                else if (block.TryPickToolUse(out var call)) calls.Add(new HeardCall(call.ID, call.Name, JsonSerializer.Serialize(call.Input)));
                else Assert.Fail($"Not asked for: {block.Json}");
            }

            _messages.Add(Message("assistant", [.. answer.Content.Select(block => JsonNode.Parse(block.Json.GetRawText()))]));
            return new Heard
            {
                Text = text,
                Calls = calls,
                Finish = answer.StopReason?.Raw(),
                Usage = new Counted(answer.Usage.InputTokens, answer.Usage.CacheReadInputTokens ?? 0, answer.Usage.CacheCreationInputTokens ?? 0, answer.Usage.OutputTokens, null),
                Cost = _wire.Header("x-portal-cost-usd"),
            };
        }

        private async Task<Heard> StreamAsync(MessageCreateParams request)
        {
            var fold = new StreamFold();
            Failure? failure = null;
            try
            {
                await foreach (var step in _client.Messages.CreateStreaming(request)) fold.Add(step);
            }
            catch (AnthropicSseException fault)
            {
                failure = new Failure(502, fault.Type!.Raw()) { Message = fault.ApiMessage ?? "" };
            }

            // "text:…" and "tool:<id> <name> <json>"
            string[][] blocks = [.. fold.Blocks.Select(block => block.Split(':', 2))];
            HeardCall[] calls = [.. blocks.Where(block => block[0] == "tool").Select(block => block[1].Split(' ', 3)).Select(call => new HeardCall(call[0], call[1], call[2].Length == 0 ? "{}" : call[2]))];
            var text = string.Concat(blocks.Where(block => block[0] == "text").Select(block => block[1]));
            Assert.DoesNotContain(blocks, block => block[0] is not ("text" or "tool"));
            Assert.Equal(failure is null, fold.Stopped);
            _messages.Add(Message("assistant",
            [
                .. text.Length == 0 ? (JsonNode[])[] : [new JsonObject { ["type"] = "text", ["text"] = text }],
                .. calls.Select(call => new JsonObject { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = failure is null ? JsonNode.Parse(call.Arguments) : null }),
            ]));
            return new Heard
            {
                Text = text,
                Calls = calls,
                Finish = fold.StopReason,
                Usage = new Counted(fold.InputTokens, fold.CacheReadTokens, fold.CacheWriteTokens, fold.OutputTokens, null),
                Failure = failure,
            };
        }

        private MessageCreateParams Request(Ask ask)
        {
            var request = new MessageCreateParams { Model = _model, MaxTokens = ask.MaxOutput, Messages = [.. _messages] };
            if (_system is not null) request = request with { System = _system };
            if (ask.Stop is not null) request = request with { StopSequences = [ask.Stop] };
            if (ask.MustCall) request = request with { ToolChoice = new ToolChoiceAny() };
            if (ask.Tools.Count > 0)
            {
                request = request with
                {
                    Tools = [.. ask.Tools.Select(tool => new ToolUnion(Json(new JsonObject { ["name"] = tool.Name, ["description"] = tool.Description, ["input_schema"] = JsonNode.Parse(tool.Schema) })))],
                };
            }

            if (ask.Schema is not null)
                request = request with { OutputConfig = new OutputConfig { Format = new JsonOutputFormat { Schema = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ask.Schema)! } } };
            if (ask.Temperature is not { } temperature) return request;
            // The library has no word for it any more, the interface has.
            var body = new Dictionary<string, JsonElement>(request.RawBodyData) { ["temperature"] = JsonSerializer.SerializeToElement(temperature) };
            return MessageCreateParams.FromRawUnchecked(request.RawHeaderData, request.RawQueryData, body);
        }

        private JsonObject Block(ToolAnswer result)
        {
            var block = new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = _calls[result.Call].Id, ["content"] = result.Text };
            if (result.Failed) block["is_error"] = true;
            return block;
        }

        private static JsonObject Block(Piece piece) => piece switch
        {
            Picture picture => new JsonObject { ["type"] = "image", ["source"] = new JsonObject { ["type"] = "base64", ["media_type"] = picture.MediaType, ["data"] = picture.Base64 } },
            PictureAt picture => new JsonObject { ["type"] = "image", ["source"] = new JsonObject { ["type"] = "url", ["url"] = picture.Url } },
            _ => new JsonObject { ["type"] = "text", ["text"] = ((Words)piece).Text },
        };

        private static MessageParam Message(string role, JsonNode?[] blocks) => new(Json(new JsonObject { ["role"] = role, ["content"] = new JsonArray(blocks) }));

        private static JsonElement Json(JsonNode node) => JsonDocument.Parse(node.ToJsonString()).RootElement;

        private Failure Read(AnthropicApiException fault)
        {
            Assert.Equal(_wire.Header("request-id"), fault.RequestID);
            var wait = _wire.Header("Retry-After");
            return new Failure((int)fault.StatusCode, fault.Type!.Raw(), wait is null ? null : int.Parse(wait, CultureInfo.InvariantCulture)) { Message = fault.ApiMessage ?? "", ShouldRetry = _wire.Header("x-should-retry") };
        }
    }
}
