using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Responses;

/// <summary>OpenAI's responses as callers speak them, for providers that have only chat, or another dialect.</summary>
public static class ResponsesTongue
{
    public static CallerTongue Caller { get; } = new(new ResponsesPromptReader(), context => new ResponsesAnswerWriter(context));
}
