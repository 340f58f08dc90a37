using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>An attempt as found in a journal; without a settlement its outcome is unknown.</summary>
public sealed record JournalPair(Intent Intent, Settlement? Settlement);

/// <summary>
/// Reads a journal folder. A torn end is cut; damage elsewhere is skipped to the next whole record, reported and counted, never fatal.
/// Memory grows with the attempts open at one time, not with the journal.
/// </summary>
public sealed class JournalReplay(string directory, ILogger logger)
{
    /// <summary>Stretches of damage that were not simply the torn end of the last segment.</summary>
    public int Faults { get; private set; }

    /// <summary>Bytes in damaged stretches and torn ends.</summary>
    public long BytesCut { get; private set; }

    /// <summary>Settlements whose intent is not there: drained and deleted before, or damaged.</summary>
    public int Orphans { get; private set; }

    /// <summary>
    /// Settled attempts in the order of settlement, then the others in the order of their start. Attempts that may be in the database
    /// already can come again: the entry's key makes that harmless.
    /// </summary>
    /// <param name="drainedTo">The low-water mark stored in the database: intents up to it are left out.</param>
    public IEnumerable<JournalPair> Read(long drainedTo = 0)
    {
        var open = new OrderedDictionary<Guid, Intent>();
        var passed = new HashSet<Guid>();
        var segments = JournalDirectory.Segments(directory).ToList();
        foreach (var segment in segments)
        {
            long? position = null;
            foreach (var record in ReadSegment(segment, isLast: segment == segments[^1], () => position = null))
            {
                switch (record)
                {
                    case JournalHeader header:
                        position = header.FirstPosition;
                        break;
                    case Intent intent:
                        if (position <= drainedTo)
                            passed.Add(intent.EntryId);
                        else
                            open[intent.EntryId] = intent;
                        position++;
                        break;
                    case Settlement settlement when open.Remove(settlement.EntryId, out var begun):
                        yield return new JournalPair(begun, settlement);
                        break;
                    case Settlement settlement when !passed.Remove(settlement.EntryId):
                        Orphans++;
                        break;
                }
            }
        }
        if (Faults > 0)
            logger.LogError("Journal {Directory} was damaged: {Faults} faults, {BytesCut} bytes unreadable, {Orphans} settlements without intent", directory, Faults, BytesCut, Orphans);
        foreach (var intent in open.Values)
            yield return new JournalPair(intent, null);
    }

    /// <param name="lost">Called before the first record after damage: how many intents it held is not known.</param>
    private IEnumerable<object> ReadSegment(string path, bool isLast, Action lost)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            // Drained and deleted by the living journal since the folder was listed.
            yield break;
        }
        var at = 0;
        while (at < bytes.Length)
        {
            if (Decode(bytes.AsSpan(at), out var length) is { } record)
            {
                at += length;
                yield return record;
                continue;
            }
            var next = at + 1;
            while (next < bytes.Length && Decode(bytes.AsSpan(next), out _) is null)
                next++;
            BytesCut += next - at;
            if (next < bytes.Length || !isLast)
            {
                Faults++;
                logger.LogError("Journal segment {Path} is unreadable from byte {From} to {To}", path, at, next);
                lost();
            }
            else
            {
                logger.LogInformation("Journal segment {Path} has a torn end, cut at byte {From} of {Length}", path, at, next);
            }
            at = next;
        }
    }

    private static object? Decode(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (!JournalFrame.TryRead(bytes, out var type, out var payload))
            return null;
        length = JournalFrame.HeaderBytes + payload.Length;
        try
        {
            return type switch
            {
                JournalFrameType.Header => JournalCodec.Header(payload),
                JournalFrameType.Intent => JournalCodec.Intent(payload),
                JournalFrameType.Settlement => JournalCodec.Settlement(payload),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
