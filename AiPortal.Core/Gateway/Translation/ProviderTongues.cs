using AiPortal.Core.Gateway.Anthropic;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>How providers of each dialect are spoken to.</summary>
public static class ProviderTongues
{
    /// <summary>Null for a dialect that is not spoken.</summary>
    public static ProviderTongue? Of(ProviderDialect dialect) => dialect switch
    {
        ProviderDialect.OpenAi or ProviderDialect.Sandbox => ChatTongue.Provider,
        ProviderDialect.Gemini => GeminiTongue.Provider,
        ProviderDialect.Anthropic => AnthropicTongue.Provider,
    };
}
