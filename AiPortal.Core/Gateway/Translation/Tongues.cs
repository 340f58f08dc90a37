namespace AiPortal.Core.Gateway.Translation;

/// <summary>A dialect as callers speak it.</summary>
public sealed record CallerTongue(IPromptReader Prompts, Func<AnswerContext, IAnswerWriter> Answers);

/// <summary>A dialect as providers speak it.</summary>
/// <param name="Path">Where a request goes, relative to the account's address.</param>
public sealed record ProviderTongue(IPromptWriter Prompts, Func<IAnswerReader> Answers, Func<ExchangeRequest, string> Path);
