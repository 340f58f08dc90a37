using System.Buffers;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>What a written request needs besides the prompt.</summary>
/// <param name="Model">The provider's own name.</param>
/// <param name="Cap">The bound on the output that must be sent, because what is held counts on it; null: the caller's own, if any.</param>
/// <param name="ModelMaxOutput">The most the model can give, where the price book knows it.</param>
public readonly record struct PromptTarget(ProviderKind Kind, string Model, long? Cap, long? ModelMaxOutput);

/// <summary>Writes a request in a provider's dialect. Stateless.</summary>
public interface IPromptWriter
{
    /// <summary>Null when written; else a refusal that names what this provider's dialect cannot express.</summary>
    GatewayRefusal? Write(ChatPrompt prompt, PromptTarget target, IBufferWriter<byte> output);
}
