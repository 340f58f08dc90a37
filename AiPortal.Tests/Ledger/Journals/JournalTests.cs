using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger.Journals;

public sealed class JournalTests : IDisposable
{
    private readonly JournalSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Fact]
    public async Task Journal_IntentAndSettlement_ReadBackUnchanged()
    {
        var intent = JournalSamples.Intent() with { Tags = new Dictionary<string, string> { ["feature"] = "search" } };
        var open = JournalSamples.Intent();
        var settlement = JournalSamples.Settlement(intent.EntryId);
        await using var journal = _samples.Open();
        journal.Append(intent);
        journal.Append(open);
        journal.Append(settlement);

        var pairs = JournalSamples.Read(journal.Path);

        Assert.Equal(2, pairs.Count);
        Assert.Equal(intent.Tags, pairs[0].Intent.Tags);
        Assert.Equal(intent with { Tags = null }, pairs[0].Intent with { Tags = null });
        Assert.Equal(settlement, pairs[0].Settlement);
        Assert.Equal(new JournalPair(open, null), pairs[1]);
    }

    [Fact]
    public async Task Journal_SixteenThreads_AllReadBackOnce()
    {
        await using var journal = _samples.Open(segmentBytes: 200_000);
        var ids = new List<Guid>[16];
        await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, (thread, _) =>
        {
            ids[thread] = [];
            for (var i = 0; i < 200; i++)
            {
                var intent = JournalSamples.Intent();
                journal.Append(intent);
                journal.Append(JournalSamples.Settlement(intent.EntryId));
                ids[thread].Add(intent.EntryId);
            }
            return ValueTask.CompletedTask;
        });

        var replay = JournalSamples.Replay(journal.Path);
        var pairs = replay.Read().ToList();

        Assert.All(pairs, pair => Assert.NotNull(pair.Settlement));
        Assert.Equal(ids.SelectMany(list => list).Order(), pairs.Select(pair => pair.Intent.EntryId).Order());
        Assert.Equal((0, 0L, 0), (replay.Faults, replay.BytesCut, replay.Orphans));
        Assert.True(Directory.GetFiles(journal.Path, "*.log").Length > 5);
    }

    [Fact]
    public async Task Journal_CopiedWhileWritten_HoldsAllThatReturned()
    {
        await using var journal = _samples.Open(segmentBytes: 300_000);
        var returned = new System.Collections.Concurrent.ConcurrentQueue<Guid>();
        var writers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 3_000; i++)
            {
                var intent = JournalSamples.Intent();
                journal.Append(intent);
                journal.Append(JournalSamples.Settlement(intent.EntryId));
                returned.Enqueue(intent.EntryId);
            }
        })).ToArray();
        var writing = Task.WhenAll(writers);

        var rounds = 0;
        do
        {
            var before = returned.ToArray();
            var replay = JournalSamples.Replay(_samples.CopyOf(journal));
            var found = replay.Read().Where(pair => pair.Settlement is not null).Select(pair => pair.Intent.EntryId).ToHashSet();
            Assert.DoesNotContain(before, id => !found.Contains(id));
            Assert.Equal(0, replay.Faults);
        }
        while (++rounds < 2 || !writing.IsCompleted);
        await writing;
    }

    [Fact]
    public async Task Drained_WholeSegments_AreDeletedAndTheMarkMoves()
    {
        await using var journal = _samples.Open(segmentBytes: 4_000);
        var ids = Append(journal, 30);
        var files = Directory.GetFiles(journal.Path, "*.log").Length;
        Assert.True(files > 4);

        Assert.Equal(10, journal.LowWaterMarkWith(ids.Take(10).ToHashSet()));
        journal.Drained(ids.Take(10));
        Assert.Equal(10, journal.LowWaterMark);
        Assert.True(Directory.GetFiles(journal.Path, "*.log").Length < files);
        Assert.Equal(ids.Skip(10), JournalSamples.Replay(journal.Path).Read(drainedTo: 10).Select(pair => pair.Intent.EntryId));

        journal.Drained(ids.Skip(10));
        Assert.Equal(30, journal.LowWaterMark);
        Assert.Single(Directory.GetFiles(journal.Path, "*.log"));
        Assert.Equal(0, journal.State.EntriesUndrained);
    }

    [Fact]
    public async Task Drained_AllButAnOldOpenAttempt_KeepsOnlyItsSegment()
    {
        await using var journal = _samples.Open(segmentBytes: 4_000);
        var slow = JournalSamples.Intent();
        journal.Append(slow);
        journal.Drained(Append(journal, 30));

        Assert.Equal(0, journal.LowWaterMark);
        Assert.Equal(slow.StartedAt, journal.State.OldestUnsettledAt);
        Assert.Equal(1, journal.State.IntentsOpen);
        Assert.Equal(2, Directory.GetFiles(journal.Path, "*.log").Length);
        Assert.Contains(slow.EntryId, JournalSamples.Read(journal.Path).Select(pair => pair.Intent.EntryId));

        journal.Append(JournalSamples.Settlement(slow.EntryId));
        Assert.Equal([slow.EntryId], journal.ReadUndrained().Select(pair => pair.Intent.EntryId));
        journal.Drained([slow.EntryId]);
        Assert.Equal(31, journal.LowWaterMark);
        Assert.Null(journal.State.OldestUnsettledAt);
    }

    [Fact]
    public async Task Append_Full_RefusesIntentsAndTakesSettlements()
    {
        await using var journal = _samples.Open(segmentBytes: 4_000, maxBytes: 20_000);
        var ids = new List<Guid>();
        Assert.Equal(JournalStatus.Ok, journal.State.Status);
        var refused = Record.Exception(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                var intent = JournalSamples.Intent();
                journal.Append(intent);
                ids.Add(intent.EntryId);
            }
        });
        Assert.IsType<JournalUnavailableException>(refused);
        Assert.Equal(JournalStatus.Full, journal.State.Status);

        ids.ForEach(id => journal.Append(JournalSamples.Settlement(id)));
        Assert.Equal(ids, JournalSamples.Read(journal.Path).Select(pair => pair.Settlement!.EntryId));

        journal.Drained(ids);
        Assert.Equal(JournalStatus.Ok, journal.State.Status);
        journal.Append(JournalSamples.Intent());
    }

    [Fact]
    public async Task Append_Twice_Throws()
    {
        await using var journal = _samples.Open();
        var intent = JournalSamples.Intent();
        var settlement = JournalSamples.Settlement(intent.EntryId);
        Assert.Throws<InvalidOperationException>(() => journal.Append(settlement));
        journal.Append(intent);
        Assert.Throws<ArgumentException>(() => journal.Append(intent));
        journal.Append(settlement);
        Assert.Throws<InvalidOperationException>(() => journal.Append(settlement));
    }

    private static List<Guid> Append(Journal journal, int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var intent = JournalSamples.Intent();
            journal.Append(intent);
            journal.Append(JournalSamples.Settlement(intent.EntryId));
            ids.Add(intent.EntryId);
        }
        return ids;
    }
}
