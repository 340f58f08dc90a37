using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.Translation;

/// <summary>
/// A way in for conversations: bytes pass through to providers of its own dialect, for others the prompt is translated there and the
/// answer back.
/// </summary>
public abstract class ConversationOperation : GatewayOperation
{
    public sealed override string RequestType => "chat";

    public override bool IsRepeatable => true;

    /// <summary>The dialect of the caller, as a caller speaks it.</summary>
    public abstract CallerTongue Tongue { get; }

    /// <summary>For providers that speak as the caller does; null where this one does not.</summary>
    protected abstract IUpstreamExchange? Passage(ProviderKind kind);

    public sealed override IUpstreamExchange? At(ProviderKind kind) => Passage(kind) ?? TranslatedExchange.Between(Tongue, kind.Dialect);
}
