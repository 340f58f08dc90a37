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
    /// What the paths of its dialect are relative to: OpenAI's kind names its version in the address, Anthropic and Gemini in the path, Azure
    /// neither, or a dated one behind a question mark.
    /// </summary>
    /// <param name="address">What the vendor's own SDK takes.</param>
    public UpstreamRoot Root(string address)
    {
        if (Kind == AzureOpenAi) return UpstreamRoot.OfAzure(address);
        var root = address.TrimEnd('/');
        if (Dialect is ProviderDialect.Anthropic or ProviderDialect.Gemini && Array.Find(Versions, version => root.EndsWith(version, StringComparison.OrdinalIgnoreCase)) is { } named)
            root = root[..^named.Length];
        return new UpstreamRoot(new Uri(root + "/", UriKind.Absolute));
    }

    /// <summary>The one version that Anthropic has, sent where the caller names none.</summary>
    public const string AnthropicVersion = "2023-06-01";

    /// <summary>The header of the credential; <c>Authorization</c> has the scheme <c>Bearer</c>.</summary>
    public string KeyHeaderName => KeyHeader switch
    {
        KeyHeader.Bearer => "Authorization",
        KeyHeader.XApiKey => "x-api-key",
        KeyHeader.ApiKey => "api-key",
        KeyHeader.XGoogApiKey => "x-goog-api-key",
    };

    internal const string AzureOpenAi = "azure-openai";

    /// <summary>What of OpenAI's interface it has; of use for <see cref="ProviderDialect.OpenAi"/> alone.</summary>
    public ProviderServices Services { get; init; } = ProviderServices.Chat;

    /// <summary>Top-level members of OpenAI's that the vendor refuses, and that therefore are left out.</summary>
    public IReadOnlyList<string> Drops { get; init; } = [];

    /// <summary>It refuses <c>name</c> in a message.</summary>
    public bool DropsMessageNames { get; init; }

    /// <summary>It knows only <see cref="CapMember"/>, and would not hear a bound under the other name.</summary>
    public bool OnlyCapMember { get; init; }

    /// <summary>It reports a usage that is made up: it does not count.</summary>
    public bool FakesUsage { get; init; }

    /// <summary>It may have Google's models behind it, which want the seal of their calls back in <c>extra_content</c>; others refuse that member.</summary>
    public bool TakesCallSeals { get; init; }

    /// <summary>Whether a member of OpenAI's may be sent to it.</summary>
    public bool Takes(string member) => !Drops.Contains(member);

    public bool Has(ProviderServices service) => (Services & service) != 0;
}

/// <summary>The kinds of provider account and the presets of OpenAI-compatible vendors, as data.</summary>
public static class ProviderKinds
{
    public const string Sandbox = "sandbox";

    private const ProviderServices Text = ProviderServices.Chat | ProviderServices.Completions | ProviderServices.Embeddings;

    /// <summary>Of OpenAI's own; vendors that refuse what they do not know refuse these.</summary>
    private static readonly string[] OpenAiOnly =
    [
        "store", "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "verbosity", "modalities",
        "audio", "web_search_options", "moderation", "user", "logit_bias", "logprobs", "top_logprobs",
    ];

    public static IReadOnlyList<ProviderKind> All { get; } =
    [
        new("openai", "OpenAI", ProviderDialect.OpenAi, "https://api.openai.com/v1", CapMember: "max_completion_tokens") { Services = ProviderServices.All },
        // Nobody knows what stands behind the address: all but Responses, which old servers do not have and every one can be translated to.
        new("openai-compatible", "OpenAI-compatible", ProviderDialect.OpenAi, null) { Services = ProviderServices.All & ~ProviderServices.Responses, TakesCallSeals = true },
        new(Sandbox, "Sandbox (makes up answers, costs nothing)", ProviderDialect.Sandbox, null),
        new("deepseek", "DeepSeek", ProviderDialect.OpenAi, "https://api.deepseek.com") { Services = ProviderServices.Chat | ProviderServices.Responses, OnlyCapMember = true },
        new("dashscope", "DashScope (Qwen)", ProviderDialect.OpenAi, "https://dashscope.aliyuncs.com/compatible-mode/v1") { Services = Text, OnlyCapMember = true },
        new("zhipu", "Zhipu GLM", ProviderDialect.OpenAi, "https://open.bigmodel.cn/api/paas/v4")
        {
            Services = ProviderServices.Chat | ProviderServices.Embeddings | ProviderServices.ImageGenerations | ProviderServices.Speech | ProviderServices.Transcriptions,
            OnlyCapMember = true,
        },
        new("qianfan", "Baidu Qianfan", ProviderDialect.OpenAi, "https://qianfan.baidubce.com/v2")
        {
            Services = ProviderServices.Chat | ProviderServices.Embeddings | ProviderServices.ImageGenerations,
            OnlyCapMember = true,
        },
        new("moonshot", "Moonshot / Kimi", ProviderDialect.OpenAi, "https://api.moonshot.cn/v1") { OnlyCapMember = true },
        new("mistral", "Mistral", ProviderDialect.OpenAi, "https://api.mistral.ai/v1", StreamUsage: false)
        {
            Services = ProviderServices.Chat | ProviderServices.Embeddings | ProviderServices.Moderations | ProviderServices.Transcriptions,
            OnlyCapMember = true,
            Drops = [.. OpenAiOnly, "stream_options", "seed"],
        },
        new("cohere", "Cohere", ProviderDialect.OpenAi, "https://api.cohere.ai/compatibility/v1", StreamUsage: false)
        {
            Services = ProviderServices.Chat | ProviderServices.Embeddings,
            OnlyCapMember = true,
            Drops = [.. OpenAiOnly, "stream_options", "n", "parallel_tool_calls", "prediction"],
        },
        new("groq", "Groq", ProviderDialect.OpenAi, "https://api.groq.com/openai/v1")
        {
            Services = ProviderServices.Chat | ProviderServices.Responses | ProviderServices.Speech | ProviderServices.Listening,
            Drops = ["logprobs", "top_logprobs", "logit_bias", "n", "store", "safety_identifier", "prompt_cache_options", "prompt_cache_retention"],
            DropsMessageNames = true,
        },
        new("xai", "xAI", ProviderDialect.OpenAi, "https://api.x.ai/v1")
        {
            Services = ProviderServices.Chat | ProviderServices.Responses | ProviderServices.ImageGenerations | ProviderServices.ImageEdits,
        },
        new("openrouter", "OpenRouter", ProviderDialect.OpenAi, "https://openrouter.ai/api/v1") { Services = Text, TakesCallSeals = true },
        new("together", "Together", ProviderDialect.OpenAi, "https://api.together.ai/v1")
        {
            Services = Text | ProviderServices.ImageGenerations | ProviderServices.Speech | ProviderServices.Listening,
            OnlyCapMember = true,
        },
        new("ollama", "Ollama", ProviderDialect.OpenAi, "http://localhost:11434/v1") { Services = Text | ProviderServices.Responses, OnlyCapMember = true },
        new("vllm", "vLLM", ProviderDialect.OpenAi, null) { Services = Text | ProviderServices.Responses | ProviderServices.Listening },
        // Its key names an application, which chooses the model; it tells one token for everything.
        new("fastgpt", "FastGPT", ProviderDialect.OpenAi, "https://api.fastgpt.in/api/v1", StreamUsage: false) { FakesUsage = true },
        new("anthropic", "Anthropic", ProviderDialect.Anthropic, "https://api.anthropic.com", KeyHeader: KeyHeader.XApiKey),
        new("gemini", "Google Gemini", ProviderDialect.Gemini, "https://generativelanguage.googleapis.com", KeyHeader: KeyHeader.XGoogApiKey),
        new(ProviderKind.AzureOpenAi, "Azure OpenAI", ProviderDialect.OpenAi, null, CapMember: "max_completion_tokens", KeyHeader: KeyHeader.ApiKey)
        {
            Services = ProviderServices.All & ~(ProviderServices.Moderations | ProviderServices.ImageVariations),
        },
    ];

    private static readonly FrozenDictionary<string, ProviderKind> ByKind = All.ToFrozenDictionary(kind => kind.Kind);

    /// <summary>Null for an unknown word.</summary>
    public static ProviderKind? Find(string? kind) => kind is null ? null : ByKind.GetValueOrDefault(kind);
}
