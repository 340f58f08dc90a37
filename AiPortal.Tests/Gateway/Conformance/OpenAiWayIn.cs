using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>OpenAI's own .NET client.</summary>
internal sealed class OpenAiWayIn : IWayIn
{
    public string Name => "openai";

    public bool KnowsFailedResults => false;

    public bool SeesBrokenStreams => false;

    public IConversation Begin(Uri portal, string secret, string model) => new Conversation(portal, secret, model);

    /// <summary>What was cached is inside the input, thoughts inside the output.</summary>
    public Counted Count(Tokens tokens) => new(tokens.AllInput, tokens.CacheRead, null, tokens.AllOutput, tokens.Reasoning);

    public string Word(Ending ending) => ending switch
    {
        Ending.Done => nameof(ChatFinishReason.Stop),
        Ending.Length => nameof(ChatFinishReason.Length),
        Ending.Called => nameof(ChatFinishReason.ToolCalls),
    };

    public Failure Word(Trouble trouble) => trouble switch
    {
        Trouble.RateLimited => new(429, "rate_limit_exceeded", 17),
        Trouble.Refused => new(400, "invalid_request_error"),
        Trouble.NoSuchModel => new(404, "model_not_found"),
        Trouble.Credential or Trouble.NoCredit => new(502, "upstream_auth_failed"),
        Trouble.Overloaded => new(503, "server_is_overloaded", 17),
        Trouble.BrokenOff => new(502, "upstream_error"),
    };

    private sealed class Conversation : IConversation
    {
        private readonly ChatClient _chat;
        private readonly WireWatch _wire = new();
        private readonly HttpClient _http;
        private readonly List<ChatMessage> _messages = [];
        private IReadOnlyList<HeardCall> _calls = [];

        public Conversation(Uri portal, string secret, string model)
        {
            _http = new HttpClient(_wire);
            var options = new OpenAIClientOptions
            {
                Endpoint = new Uri(portal, "v1"),
                RetryPolicy = new ClientRetryPolicy(0),
                Transport = new HttpClientPipelineTransport(_http),
            };
            _chat = new ChatClient(model, new ApiKeyCredential(secret), options);
        }

        public async Task<Heard> AskAsync(Ask ask, bool stream)
        {
            if (_messages.Count == 0 && ask.System is not null) _messages.Add(new SystemChatMessage(ask.System));
            foreach (var result in ask.Results) _messages.Add(new ToolChatMessage(_calls[result.Call].Id, result.Text));
            if (ask.Said is [Words only]) _messages.Add(new UserChatMessage(only.Text));
            else if (ask.Said.Count > 0) _messages.Add(new UserChatMessage(ask.Said.Select(Part)));
            try
            {
                var heard = stream ? await StreamAsync(Options(ask)) : await PlainAsync(Options(ask));
                _calls = heard.Calls;
                return heard;
            }
            catch (ClientResultException fault)
            {
                return new Heard { Failure = Read(fault) };
            }
        }

        public void Dispose() => _http.Dispose();

        private async Task<Heard> PlainAsync(ChatCompletionOptions options)
        {
            ChatCompletion answer = await _chat.CompleteChatAsync(_messages, options);
            _messages.Add(new AssistantChatMessage(answer));
            return new Heard
            {
                Text = string.Concat(answer.Content.Select(part => part.Text)),
                Calls = [.. answer.ToolCalls.Select(call => new HeardCall(call.Id, call.FunctionName, call.FunctionArguments.ToString()))],
                Finish = answer.FinishReason.ToString(),
                Usage = Count(answer.Usage),
                Cost = _wire.Header("x-portal-cost-usd"),
            };
        }

        private async Task<Heard> StreamAsync(ChatCompletionOptions options)
        {
            var (text, finish, usage) = ("", (ChatFinishReason?)null, (ChatTokenUsage?)null);
            var calls = new SortedDictionary<int, HeardCall>();
            await foreach (var update in _chat.CompleteChatStreamingAsync(_messages, options))
            {
                text += string.Concat(update.ContentUpdate.Select(part => part.Text));
                finish = update.FinishReason ?? finish;
                usage = update.Usage ?? usage;
                foreach (var piece in update.ToolCallUpdates)
                {
                    var known = calls.GetValueOrDefault(piece.Index) ?? new HeardCall(piece.ToolCallId, piece.FunctionName, "");
                    calls[piece.Index] = known with { Arguments = known.Arguments + piece.FunctionArgumentsUpdate };
                }
            }

            var said = calls.Count == 0 ? new AssistantChatMessage(text)
                : new AssistantChatMessage(calls.Values.Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments))));
            if (calls.Count > 0 && text.Length > 0) said.Content.Add(ChatMessageContentPart.CreateTextPart(text));
            _messages.Add(said);
            return new Heard { Text = text, Calls = [.. calls.Values], Finish = finish?.ToString(), Usage = usage is null ? null : Count(usage) };
        }

        private static ChatCompletionOptions Options(Ask ask)
        {
            var options = new ChatCompletionOptions { MaxOutputTokenCount = ask.MaxOutput, Temperature = (float?)ask.Temperature };
            if (ask.Stop is not null) options.StopSequences.Add(ask.Stop);
            foreach (var tool in ask.Tools) options.Tools.Add(ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(tool.Schema)));
            if (ask.MustCall) options.ToolChoice = ChatToolChoice.CreateRequiredChoice();
            if (ask.Schema is not null) options.ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(ask.Schema), jsonSchemaIsStrict: true);
            return options;
        }

        private static ChatMessageContentPart Part(Piece piece) => piece switch
        {
            Picture picture => ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Convert.FromBase64String(picture.Base64)), picture.MediaType),
            PictureAt picture => ChatMessageContentPart.CreateImagePart(new Uri(picture.Url)),
            _ => ChatMessageContentPart.CreateTextPart(((Words)piece).Text),
        };

        private static Counted Count(ChatTokenUsage usage) => new(
            usage.InputTokenCount, usage.InputTokenDetails?.CachedTokenCount ?? 0, null, usage.OutputTokenCount, usage.OutputTokenDetails?.ReasoningTokenCount ?? 0);

        private static Failure Read(ClientResultException fault)
        {
            var answer = fault.GetRawResponse()!;
            var error = JsonDocument.Parse(answer.Content).RootElement.GetProperty("error");
            Assert.True(error.TryGetProperty("param", out _));
            var (code, type) = (error.GetProperty("code").GetString(), error.GetProperty("type").GetString());
            Assert.NotNull(type);
            // A request that makes no sense has a code of its vendor's own, or none.
            var word = fault.Status == 400 ? type : code;
            return new Failure(fault.Status, word!, answer.Headers.TryGetValue("Retry-After", out var wait) ? int.Parse(wait!, CultureInfo.InvariantCulture) : null)
            {
                Message = error.GetProperty("message").GetString()!,
                ShouldRetry = answer.Headers.TryGetValue("x-should-retry", out var retry) ? retry : null,
            };
        }
    }
}
