using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Tests.Ledger.Journals;

/// <summary>A data directory of its own, and entries with every member set.</summary>
internal sealed class JournalSamples : IDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("journal-").FullName;

    public static Intent Intent(Guid? entryId = null, DateTimeOffset? startedAt = null) => new()
    {
        EntryId = entryId ?? Guid.CreateVersion7(Noon),
        RequestId = Guid.CreateVersion7(Noon),
        Attempt = 2,
        StartedAt = startedAt ?? Noon.AddTicks(1_234_560),
        Attribution = new Attribution(Guid.CreateVersion7(Noon), TeamId: Guid.CreateVersion7(Noon), KeyId: Guid.CreateVersion7(Noon)),
        ProviderId = Guid.CreateVersion7(Noon),
        ProviderName = "Fjord \"prod\" 北",
        ModelName = "gpt-4o",
        UpstreamModel = "gpt-4o-2024-11-20",
        RequestType = "chat",
        PriceId = Guid.CreateVersion7(Noon),
        PriceVersion = 3,
        HeldUsd = 0.000000150001m,
        SessionId = "s-1",
        ClientIp = "2001:db8::1",
        Streamed = true,
    };

    public static Settlement Settlement(Guid entryId) => new()
    {
        EntryId = entryId,
        Status = EntryStatus.Partial,
        Estimated = true,
        Final = true,
        Usage = new Usage(12, 3, 0, 45, 6),
        Cost = new Cost(0.000012m, 0.0000000015m, 0m, 0.00009m, 0.000012m, 0.01m),
        LatencyMs = 815,
        TtftMs = 120,
        EndedAt = Noon.AddSeconds(1),
        UpstreamRequestId = "req_1",
        ErrorCode = "client_left",
        UpstreamStatus = 200,
        AboveCeiling = true,
        ServiceTier = "flex",
    };

    public Journal Open(long segmentBytes = 1 << 20, long maxBytes = 1 << 30) =>
        Journal.Open(Options(segmentBytes, maxBytes), TimeProvider.System, NullLogger<Journal>.Instance);

    public JournalOptions Options(long segmentBytes = 1 << 20, long maxBytes = 1 << 30) =>
        new() { DataDirectory = DataDirectory, SegmentBytes = segmentBytes, MaxBytes = maxBytes, FsyncInterval = TimeSpan.FromMilliseconds(5) };

    public static JournalReplay Replay(string directory) => new(directory, NullLogger.Instance);

    public static List<JournalPair> Read(string directory) => [.. Replay(directory).Read()];

    /// <summary>What a killed process leaves: its files as they are at this moment, without its lock.</summary>
    public string CopyOf(Journal journal)
    {
        var copy = Path.Combine(DataDirectory, "copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(journal.Path, "*.log"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        return copy;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    public void Dispose() => Directory.Delete(DataDirectory, recursive: true);
}
