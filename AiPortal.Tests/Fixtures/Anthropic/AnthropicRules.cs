using System.Text.Json;
using static AiPortal.Tests.Fixtures.JsonRules;

namespace AiPortal.Tests.Fixtures.Anthropic;

/// <summary>What Anthropic refuses of a request, by its own documents; written apart from the portal's code.</summary>
internal static class AnthropicRules
{
    private static readonly string[] Members =
    [
        "model", "max_tokens", "messages", "system", "stop_sequences", "stream", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking", "output_config",
        "metadata", "service_tier", "cache_control", "container", "inference_geo",
    ];

    /// <summary>Null for a good request.</summary>
    public static string? FaultOf(FakeUpstreamRequest request)
    {
        try
        {
            Check(request);
            return null;
        }
        catch (RuleFault fault)
        {
            return fault.Message;
        }
    }

    private static void Check(FakeUpstreamRequest request)
    {
        Need(request is { Method: "POST", Path: "/v1/messages" or "/v1/messages/count_tokens" }, $"path: {request.Method} {request.Path}");
        Need(request.Header("x-api-key") is { Length: > 0 }, "x-api-key: missing");
        Need(request.Authorization is null, "authorization: two credentials");
        // The first and for long the only one, and what the client library of 2026 sends.
        Need(request.Header("anthropic-version") is "2023-06-01" or "2026-10-21", "anthropic-version: header is required");
        Need(request.Header("Content-Type") == "application/json", "content-type: must be application/json");
        Need(request.Json is { ValueKind: JsonValueKind.Object }, "body: not an object");
        var body = request.Json!.Value;
        Only(body, "", Members);
        Need(body.GetRawText().Length > 0 && Str(body, "model") is { Length: > 0 }, "model: Field required");
        var counts = request.Path.EndsWith("count_tokens", StringComparison.Ordinal);
        if (!counts) Need(Int(body, "max_tokens") is >= 0, "max_tokens: Field required");
        Need(Kind(body, "stream") is null or JsonValueKind.True or JsonValueKind.False, "stream: must be a boolean");
        Need(Num(body, "temperature") is null or (>= 0 and <= 1), "temperature: must be from 0 to 1");
        foreach (var stop in Items(body, "stop_sequences")) Need(!string.IsNullOrWhiteSpace(stop.GetString()), "stop_sequences: each must contain non-whitespace");
        if (Obj(body, "metadata") is { } metadata) Only(metadata, "metadata.", ["user_id"]);
        Need(Str(body, "service_tier") is null or "auto" or "standard_only", "service_tier: unknown");
        CheckTools(body);
        AnthropicModelRules.Check(body);
        AnthropicMessageRules.Check(body);
    }

    private static void CheckTools(JsonElement body)
    {
        var names = new HashSet<string>();
        foreach (var tool in Items(body, "tools"))
        {
            Only(tool, "tools.", ["name", "description", "input_schema", "strict", "cache_control", "type"]);
            Need(Str(tool, "name") is { } name && IsName(name, 128) && names.Add(name), "tools.name: must match ^[a-zA-Z0-9_-]{1,128}$ and be unique");
            Need(Obj(tool, "input_schema") is { } schema && Str(schema, "type") == "object", "tools.input_schema.type: Field required");
            if (Kind(tool, "strict") == JsonValueKind.True) AnthropicModelRules.CheckSchema(tool.GetProperty("input_schema"));
        }

        if (Obj(body, "tool_choice") is not { } choice) return;
        Only(choice, "tool_choice.", ["type", "name", "disable_parallel_tool_use"]);
        Need(names.Count > 0, "tool_choice: may only be specified while providing tools");
        Need(Str(choice, "type") is "auto" or "any" or "none" || (Str(choice, "type") == "tool" && names.Contains(Str(choice, "name") ?? "")), "tool_choice: unknown");
        Need(Str(choice, "type") != "none" || !choice.TryGetProperty("disable_parallel_tool_use", out _), "tool_choice.none.disable_parallel_tool_use: not permitted");
    }
}
