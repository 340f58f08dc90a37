using System.Text.Json;
using System.Text.RegularExpressions;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.OpenAi;

/// <summary>What OpenAI refuses of a chat request, by its own documents; written apart from the portal's code. Azure differs in path and credential.</summary>
internal static partial class OpenAiRules
{
    private const int MostStops = 4;

    private static readonly string[] Members =
    [
        "model", "messages", "max_completion_tokens", "max_tokens", "temperature", "top_p", "n", "stop", "stream", "stream_options", "tools", "tool_choice",
        "parallel_tool_calls", "response_format", "reasoning_effort", "verbosity", "modalities", "audio", "prediction", "logprobs", "top_logprobs", "logit_bias",
        "frequency_penalty", "presence_penalty", "seed", "service_tier", "store", "metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "web_search_options", "moderation", "functions", "function_call",
    ];

    public static bool IsAuthorized(FakeUpstreamRequest request, string secret, bool azure) => azure
        ? request.Header("api-key") == secret && request.Authorization is null
        : request.Authorization == "Bearer " + secret && request.Header("api-key") is null;

    /// <summary>Null for a good request.</summary>
    public static string? FaultOf(FakeUpstreamRequest request, bool azure)
    {
        try
        {
            Check(request, azure);
            return null;
        }
        catch (RuleFault fault)
        {
            return fault.Message;
        }
    }

    private static void Check(FakeUpstreamRequest request, bool azure)
    {
        var path = azure ? "/openai/v1/chat/completions" : "/v1/chat/completions";
        Need(request.Method == "POST" && request.Path == path && request.Query is "" or "?api-version=preview", $"path: {request.Method} {request.Path}{request.Query}");
        Need(request.Header("Content-Type") is "application/json" or "application/json; charset=utf-8", "content-type: must be application/json");
        Need(request.Json is { ValueKind: JsonValueKind.Object }, "body: not an object");
        var body = request.Json!.Value;
        Only(body, "", Members);
        Need(Str(body, "model") is { Length: > 0 }, "model: you must provide a model parameter");
        CheckNumbers(body);
        CheckModel(body, Str(body, "model")!);
        Need(Kind(body, "stop") is null or JsonValueKind.String or JsonValueKind.Array && Items(body, "stop").Count <= MostStops, "stop: a string, or up to 4 of them");
        Need(Kind(body, "stream") is null or JsonValueKind.True or JsonValueKind.False, "stream: must be a boolean");
        if (Obj(body, "stream_options") is { } options)
        {
            Need(Kind(body, "stream") == JsonValueKind.True, "stream_options: only allowed when 'stream' is enabled");
            Only(options, "stream_options.", ["include_usage", "include_obfuscation"]);
        }

        Need(Str(body, "reasoning_effort") is null or "none" or "minimal" or "low" or "medium" or "high" or "xhigh" or "max", "reasoning_effort: unknown");
        Need(Str(body, "service_tier") is null or "auto" or "default" or "flex" or "scale" or "priority" or "fast", "service_tier: unknown");
        foreach (var member in Obj(body, "metadata")?.EnumerateObject() ?? default) Need(member.Value.ValueKind == JsonValueKind.String, "metadata: values must be strings");
        var functions = OpenAiToolRules.CheckTools(body);
        OpenAiToolRules.CheckFormat(body);
        OpenAiMessageRules.Check(body, functions);
    }

    private static void CheckNumbers(JsonElement body)
    {
        Need(Num(body, "temperature") is null or (>= 0 and <= 2), "temperature: must be from 0 to 2");
        Need(Num(body, "top_p") is null or (>= 0 and <= 1), "top_p: must be from 0 to 1");
        Need(Num(body, "presence_penalty") is null or (>= -2 and <= 2), "presence_penalty: must be from -2 to 2");
        Need(Num(body, "frequency_penalty") is null or (>= -2 and <= 2), "frequency_penalty: must be from -2 to 2");
        Need(Kind(body, "n") is null || Int(body, "n") is >= 1 and <= 128, "n: must be from 1 to 128");
        foreach (var bound in (string[])["max_tokens", "max_completion_tokens"]) Need(Kind(body, bound) is null || Int(body, bound) >= 1, $"{bound}: must be at least 1");
        Need(Kind(body, "max_tokens") is null || Kind(body, "max_completion_tokens") is null, "max_tokens: not at the same time as max_completion_tokens");
    }

    /// <summary>Models that reason take no sampling and no bound under its older name.</summary>
    private static void CheckModel(JsonElement body, string model)
    {
        if (!Reasons().IsMatch(model)) return;
        Need(Kind(body, "max_tokens") is null, "max_tokens: not supported with this model, use max_completion_tokens");
        Need(Num(body, "temperature") is null or 1, "temperature: only the default is supported with this model");
        Need(Num(body, "top_p") is null or 1, "top_p: not supported with this model");
        Need(Kind(body, "stop") is null, "stop: not supported with this model");
    }

    [GeneratedRegex("^(o[1-9]|gpt-5)")]
    private static partial Regex Reasons();
}
