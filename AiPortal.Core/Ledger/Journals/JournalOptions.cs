namespace AiPortal.Core.Ledger.Journals;

/// <summary>Where the journal is and how far it may grow.</summary>
public sealed class JournalOptions
{
    /// <summary>The portal's data directory; must be on a durable volume.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>A segment is closed before it would pass this size.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Size of all segments at which new calls are refused. Settlements are taken beyond it.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>What a power cut may lose at most.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(50);
}
