using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>OpenAI's chat completions, for callers and providers of another dialect.</summary>
public static class ChatTongue
{
    public static CallerTongue Caller { get; } = new(new ChatPromptReader(), context => new ChatAnswerWriter(context));

    public static ProviderTongue Provider { get; } = new(new ChatPromptWriter(), () => new ChatAnswerReader(), _ => "chat/completions");
}
