using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>
/// Reads a caller's request of one dialect, for a provider of another. A member that has no word in <see cref="ChatPrompt"/> is refused
/// by its name where its loss would change what the caller gets, else dropped, as <c>docs/translation.md</c> says. Stateless.
/// </summary>
public interface IPromptReader
{
    /// <summary>False, with a refusal that names the member, for what makes no sense; never throws for any JSON.</summary>
    /// <param name="scan">What the first pass has found: the model and whether it streams, also where they stand in the path.</param>
    bool TryRead(JsonElement body, RequestScan scan, [NotNullWhen(true)] out ChatPrompt? prompt, [NotNullWhen(false)] out GatewayRefusal? refusal);
}
