using AiPortal.Core.Catalog;

namespace AiPortal.Gateway.Caching;

/// <summary>An answer as it went to its caller. In memory only.</summary>
/// <param name="Account">Which made it.</param>
/// <param name="StoredTicks">Monotonic.</param>
/// <param name="Pieces">The bytes, of a stream without what ends it.</param>
/// <param name="End">What ends a stream for its reader; empty for a plain answer.</param>
/// <param name="Usage">What the provider counted.</param>
internal sealed record StoredAnswer(
    Guid Account, string UpstreamModel, string ContentType, bool IsStream, long StoredTicks, IReadOnlyList<ReadOnlyMemory<byte>> Pieces, byte[] End, Usage Usage)
{
    private const int Overhead = 512;

    public string? ServiceTier { get; init; }

    public string? Region { get; init; }

    /// <summary>Bytes.</summary>
    public long Length => Pieces.Sum(piece => (long)piece.Length) + End.Length;

    public long Size { get; } = Overhead + Pieces.Sum(piece => (long)piece.Length) + End.Length;
}
