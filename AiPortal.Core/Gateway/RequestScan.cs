using AiPortal.Core.Catalog;

namespace AiPortal.Core.Gateway;

/// <summary>
/// What the gateway knows of a request of any dialect after one pass over its bytes: enough to route, bound and attribute it. The
/// bytes themselves stay as they came. Each dialect adds where the values stand that it may have to change.
/// </summary>
public abstract class RequestScan
{
    /// <summary>How deep a body may be nested, in every dialect.</summary>
    public const int MaxDepth = 64;

    public string Model { get; internal set; } = "";

    public bool Stream { get; internal set; }

    /// <summary>The caller's own bound on output tokens of one choice; null when there is none.</summary>
    public long? MaxOutput { get; internal set; }

    /// <summary>How many answers may be generated, at least 1.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>The caller's name for its end user. A tag, never the owner.</summary>
    public string? User { get; internal set; }

    /// <summary>String pairs that the body names as metadata: at most 16, names up to 64 and values up to 512 characters; others are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; internal set; } = [];

    /// <summary>All text that can become input tokens: strings of the messages, compact JSON of tools, schemas and other members.</summary>
    public TextTally Text { get; internal set; }

    public int Messages { get; internal set; }

    public int Tools { get; internal set; }

    /// <summary>Image parts, those of low detail included.</summary>
    public int Images { get; internal set; }

    public int LowDetailImages { get; internal set; }

    /// <summary>The input has something whose tokens cannot be bounded from the body: files, audio, video, a web search.</summary>
    public bool HasOpaqueInput { get; internal set; }

    /// <summary>The most output tokens there can be by the nature of the call, such as 0 for embeddings; null where a bound or the model says.</summary>
    public long? FixedOutput { get; internal set; }

    /// <summary>Inputs that are independent of each other, each with the model's whole context window.</summary>
    public int Inputs { get; internal set; } = 1;

    /// <summary>What the call can use at most beside tokens: images, milliseconds of audio, characters.</summary>
    public virtual Usage Units => default;

    /// <summary>What such a call has used as far as the answer shows it, for answers without usage.</summary>
    public virtual Usage Estimate(AnswerObservation seen) => TokenEstimate.Of(this, seen);
}
