using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Gemini's <c>generateContent</c>, for callers and providers of another dialect.</summary>
public static class GeminiTongue
{
    public static CallerTongue Caller { get; } = new(new GeminiPromptReader(), context => new GeminiAnswerWriter(context));

    public static ProviderTongue Provider { get; } = new(new GeminiPromptWriter(), () => new GeminiAnswerReader(), GenerateContentPassage.PathOf);
}
