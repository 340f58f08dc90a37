using System.Collections.Frozen;

namespace AiPortal.Core.Providers;

/// <summary>How an account is spoken to.</summary>
public enum ProviderDialect { OpenAi, Anthropic, Gemini, Sandbox }

/// <summary>Where a provider wants its credential: <c>Authorization: Bearer</c>, <c>x-api-key</c>, <c>api-key</c> or <c>x-goog-api-key</c>.</summary>
public enum KeyHeader { Bearer, XApiKey, ApiKey, XGoogApiKey }

/// <summary>What the portal knows of a kind of account.</summary>
/// <param name="Kind">The word in <c>kind</c>; also the vendor whose prices apply.</param>
/// <param name="Name">For people.</param>
/// <param name="BaseUrl">The vendor's own address; null where the account must give one.</param>
/// <param name="CapMember">The member that bounds the output: vendors differ.</param>
/// <param name="StreamUsage">Whether <c>stream_options.include_usage</c> may be sent.</param>
/// <param name="Served">Whether the gateway speaks to it in this version.</param>
public sealed record ProviderKind(string Kind, string Name, ProviderDialect Dialect, string? BaseUrl, string CapMember = "max_tokens", bool StreamUsage = true, bool Served = true, KeyHeader KeyHeader = KeyHeader.Bearer)
{
    private static readonly string[] Versions = ["/v1beta", "/v1alpha", "/v1"];

    /// <summary>
    /// What the paths of its dialect are relative to, ending with a slash: OpenAI's kind names its version in the address, Anthropic and
    /// Gemini in the path, Azure neither.
    /// </summary>
    /// <param name="address">What the vendor's own SDK takes.</param>
    public Uri Root(string address)
    {
        var root = address.TrimEnd('/');
        if (Dialect is ProviderDialect.Anthropic or ProviderDialect.Gemini && Array.Find(Versions, version => root.EndsWith(version, StringComparison.OrdinalIgnoreCase)) is { } named)
            root = root[..^named.Length];
        if (Kind == AzureOpenAi && !root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase))
            root += root.EndsWith("/openai", StringComparison.OrdinalIgnoreCase) ? "/v1" : "/openai/v1";
        return new Uri(root + "/", UriKind.Absolute);
    }

    internal const string AzureOpenAi = "azure-openai";
}

/// <summary>The kinds of provider account and the presets of OpenAI-compatible vendors, as data.</summary>
public static class ProviderKinds
{
    public const string Sandbox = "sandbox";

    public static IReadOnlyList<ProviderKind> All { get; } =
    [
        new("openai", "OpenAI", ProviderDialect.OpenAi, "https://api.openai.com/v1", CapMember: "max_completion_tokens"),
        new("openai-compatible", "OpenAI-compatible", ProviderDialect.OpenAi, null),
        new(Sandbox, "Sandbox (makes up answers, costs nothing)", ProviderDialect.Sandbox, null),
        new("deepseek", "DeepSeek", ProviderDialect.OpenAi, "https://api.deepseek.com"),
        new("dashscope", "DashScope (Qwen)", ProviderDialect.OpenAi, "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        new("zhipu", "Zhipu GLM", ProviderDialect.OpenAi, "https://open.bigmodel.cn/api/paas/v4"),
        new("qianfan", "Baidu Qianfan", ProviderDialect.OpenAi, "https://qianfan.baidubce.com/v2"),
        new("moonshot", "Moonshot / Kimi", ProviderDialect.OpenAi, "https://api.moonshot.cn/v1"),
        new("mistral", "Mistral", ProviderDialect.OpenAi, "https://api.mistral.ai/v1", StreamUsage: false),
        new("cohere", "Cohere", ProviderDialect.OpenAi, "https://api.cohere.ai/compatibility/v1", StreamUsage: false),
        new("groq", "Groq", ProviderDialect.OpenAi, "https://api.groq.com/openai/v1"),
        new("xai", "xAI", ProviderDialect.OpenAi, "https://api.x.ai/v1"),
        new("openrouter", "OpenRouter", ProviderDialect.OpenAi, "https://openrouter.ai/api/v1"),
        new("together", "Together", ProviderDialect.OpenAi, "https://api.together.ai/v1"),
        new("ollama", "Ollama", ProviderDialect.OpenAi, "http://localhost:11434/v1"),
        new("vllm", "vLLM", ProviderDialect.OpenAi, null),
        new("anthropic", "Anthropic", ProviderDialect.Anthropic, "https://api.anthropic.com", Served: false, KeyHeader: KeyHeader.XApiKey),
        new("gemini", "Google Gemini", ProviderDialect.Gemini, "https://generativelanguage.googleapis.com", Served: false, KeyHeader: KeyHeader.XGoogApiKey),
        new(ProviderKind.AzureOpenAi, "Azure OpenAI", ProviderDialect.OpenAi, null, CapMember: "max_completion_tokens", KeyHeader: KeyHeader.ApiKey),
    ];

    private static readonly FrozenDictionary<string, ProviderKind> ByKind = All.ToFrozenDictionary(kind => kind.Kind);

    /// <summary>Null for an unknown word.</summary>
    public static ProviderKind? Find(string? kind) => kind is null ? null : ByKind.GetValueOrDefault(kind);
}
