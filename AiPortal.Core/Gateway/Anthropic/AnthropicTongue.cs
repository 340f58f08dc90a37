using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>Anthropic's messages, for callers and providers of another dialect.</summary>
public static class AnthropicTongue
{
    public static CallerTongue Caller { get; } = new(new MessagesPromptReader(), context => new MessagesAnswerWriter(context));

    public static ProviderTongue Provider { get; } = new(new MessagesPromptWriter(), () => new MessagesAnswerReader(), _ => "v1/messages");
}
