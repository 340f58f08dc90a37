namespace AiPortal.Core.Gateway.Translation;

/// <summary>What is wrong with a request that has to be translated; the member is named as the caller wrote it.</summary>
internal sealed class PromptFault(string param, string message) : Exception(message)
{
    /// <summary>A member that cannot be said to the provider which would serve the model.</summary>
    public static PromptFault Inexpressible(string param) =>
        new(param, $"'{param}' cannot be passed on to the provider that serves this model.");

    public GatewayRefusal ToRefusal() => GatewayFailures.Refuse(GatewayFailure.BodyInvalid, Message) with { Param = param };
}
