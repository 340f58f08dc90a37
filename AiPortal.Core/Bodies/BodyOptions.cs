namespace AiPortal.Core.Bodies;

/// <summary>Bounds of what is kept. Bytes.</summary>
public sealed record BodyOptions
{
    /// <summary>Kept of a request, and of an answer, after redaction; the rest is cut off and said so.</summary>
    public int MaxBytes { get; init; } = 256 * 1024;

    /// <summary>What bodies of calls under way and bodies that wait to be written may take of memory; beyond it they are dropped.</summary>
    public long QueueBytes { get; init; } = 64L << 20;

    /// <summary>Beyond the bound, so that what stands across it is recognized whole before the text is cut.</summary>
    internal const int Margin = 16 * 1024;

    /// <summary>A stream says the same in some twelve times the bytes.</summary>
    internal const int StreamFactor = 16;
}
