using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace AiPortal.Tests.Ledger.Journals;

public sealed class JournalDamageTests : IDisposable
{
    private readonly JournalSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Fact]
    public async Task Replay_TornAtEveryByteOfTheLastRecord_KeepsTheOthers()
    {
        await using var journal = _samples.Open();
        var whole = JournalSamples.Intent();
        journal.Append(whole);
        journal.Append(JournalSamples.Settlement(whole.EntryId));
        var before = journal.State.BytesPending;
        journal.Append(JournalSamples.Intent());
        var copy = _samples.CopyOf(journal);
        var file = Assert.Single(Directory.GetFiles(copy, "*.log"));
        var bytes = await File.ReadAllBytesAsync(file);

        for (var length = bytes.Length - 1; length >= before; length--)
        {
            await File.WriteAllBytesAsync(file, bytes[..length]);
            var replay = JournalSamples.Replay(copy);
            Assert.Equal(whole.EntryId, Assert.Single(replay.Read()).Settlement!.EntryId);
            Assert.Equal((0, length - before), (replay.Faults, replay.BytesCut));
        }
    }

    [Fact]
    public async Task Replay_ZerosAfterTheEnd_AreCut()
    {
        await using var journal = _samples.Open();
        journal.Append(JournalSamples.Intent());
        var copy = _samples.CopyOf(journal);
        await using (var file = new FileStream(Directory.GetFiles(copy)[0], FileMode.Append))
            await file.WriteAsync(new byte[4096]);

        var replay = JournalSamples.Replay(copy);

        Assert.Single(replay.Read());
        Assert.Equal((0, 4096L), (replay.Faults, replay.BytesCut));
    }

    [Fact]
    public async Task Replay_FlippedBitInAnyByte_LosesThatRecordAlone()
    {
        await using var journal = _samples.Open(segmentBytes: 3_000);
        var intents = Enumerable.Range(0, 6).Select(_ => JournalSamples.Intent()).ToList();
        intents.ForEach(journal.Append);
        var copy = _samples.CopyOf(journal);
        var first = Directory.GetFiles(copy, "*.log").Order().First();
        var bytes = await File.ReadAllBytesAsync(first);
        var header = bytes.AsSpan().IndexOf((byte)'}') + 1;

        for (var at = header; at < bytes.Length; at += 7)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            await File.WriteAllBytesAsync(first, damaged);
            var replay = JournalSamples.Replay(copy);
            Assert.Equal(intents.Count - 1, replay.Read().Count());
            Assert.Equal(1, replay.Faults);
        }
    }

    [Fact]
    public async Task Replay_DamageBeforeTheMark_SkipsNothingThatMayBeUndrained()
    {
        await using var journal = _samples.Open();
        var intents = Enumerable.Range(0, 4).Select(_ => JournalSamples.Intent()).ToList();
        intents.ForEach(journal.Append);
        var copy = _samples.CopyOf(journal);
        var file = Directory.GetFiles(copy)[0];
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(intents[1].EntryId.ToString()))] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var read = JournalSamples.Replay(copy).Read(drainedTo: 2).Select(pair => pair.Intent.EntryId);

        Assert.Equal([intents[2].EntryId, intents[3].EntryId], read);
    }

    [Fact]
    public async Task Replay_MembersOfALaterVersion_AreIgnored()
    {
        await using var journal = _samples.Open();
        var intent = JournalSamples.Intent();
        journal.Append(intent);
        var copy = _samples.CopyOf(journal);
        var file = Directory.GetFiles(copy)[0];
        var frame = new byte[JournalFrame.HeaderBytes].Concat(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"EntryId":"{{intent.EntryId}}","Status":0,"EndedAt":"2026-10-05T12:00:01Z","Later":{"a":[1]} }""")).ToArray();
        JournalFrame.Seal(frame, JournalFrameType.Settlement);
        await using (var stream = new FileStream(file, FileMode.Append))
            await stream.WriteAsync(frame);

        Assert.Equal(EntryStatus.Ok, Assert.Single(JournalSamples.Read(copy)).Settlement!.Status);
    }

    [Fact]
    public async Task Append_NoRoomForASegment_RefusesIntentsTakesSettlementsAndHeals()
    {
        var full = false;
        SafeFileHandle OpenOn(string path) => full ? throw new IOException("No space left on device") : JournalSegment.Open(path);

        await using var journal = Journal.Open(_samples.Options(segmentBytes: 1_500), TimeProvider.System, NullLogger<Journal>.Instance, OpenOn);
        var intent = JournalSamples.Intent();
        journal.Append(intent);
        full = true;
        Assert.Throws<JournalUnavailableException>(() =>
        {
            for (var i = 0; i < 10; i++)
                journal.Append(JournalSamples.Intent());
        });
        Assert.Equal(JournalStatus.Faulted, journal.State.Status);
        Assert.Contains("No space", journal.State.Fault, StringComparison.Ordinal);
        journal.Append(JournalSamples.Settlement(intent.EntryId));
        Assert.Contains(JournalSamples.Read(journal.Path), pair => pair.Settlement?.EntryId == intent.EntryId);

        full = false;
        await JournalSamples.UntilAsync(() => journal.State.Status == JournalStatus.Ok);
        journal.Append(JournalSamples.Intent());
    }

    [Fact]
    public async Task Append_ActiveSegmentUnwritable_KeepsTheSettlementUntilItCanBeWritten()
    {
        SafeFileHandle? active = null;
        var broken = false;
        SafeFileHandle OpenOn(string path) => broken ? throw new IOException("Input/output error") : active = JournalSegment.Open(path);

        await using var journal = Journal.Open(_samples.Options(), TimeProvider.System, NullLogger<Journal>.Instance, OpenOn);
        var intent = JournalSamples.Intent();
        journal.Append(intent);
        broken = true;
        DevFull.Replace(active!);

        journal.Append(JournalSamples.Settlement(intent.EntryId));
        Assert.Equal(1, journal.State.SettlementsUnwritten);
        Assert.Equal(0, journal.State.IntentsOpen);
        Assert.Null(Assert.Single(JournalSamples.Read(journal.Path)).Settlement);
        Assert.Throws<JournalUnavailableException>(() => journal.Append(JournalSamples.Intent()));

        broken = false;
        await JournalSamples.UntilAsync(() => journal.State is { SettlementsUnwritten: 0, Status: JournalStatus.Ok });
        Assert.NotNull(Assert.Single(JournalSamples.Read(journal.Path)).Settlement);
    }
}
