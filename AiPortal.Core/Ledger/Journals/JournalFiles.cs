using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>The segments of a journal: which one is written, how large they are, which may go. Not thread-safe, where not said.</summary>
internal sealed class JournalFiles
{
    private readonly JournalDirectory _directory;
    private readonly long _segmentBytes;
    private readonly OpenSegment _open;
    private readonly ILogger _logger;
    private readonly List<JournalSegment> _segments = [];
    private int _lastNumber;
    private bool _named;

    public JournalFiles(JournalDirectory directory, long segmentBytes, OpenSegment open, ILogger logger)
    {
        _directory = directory;
        _segmentBytes = segmentBytes;
        _open = open;
        _logger = logger;
        Active = Add(firstPosition: 1);
    }

    /// <summary>The segment that is written.</summary>
    public JournalSegment Active { get; private set; }

    public long Bytes { get; private set; }

    public static bool IsDiskFault(Exception error) => error is IOException or UnauthorizedAccessException;

    public bool NeedsRotation(int length) => Active.Length + length > _segmentBytes;

    public void Rotate(long firstPosition) => Active = Add(firstPosition);

    public void Write(ReadOnlySpan<byte> frame)
    {
        Active.Append(frame);
        Bytes += frame.Length;
    }

    /// <summary>Takes out the segments that hold nothing undrained.</summary>
    public IReadOnlyList<JournalSegment> TakeFinished()
    {
        var finished = _segments.FindAll(segment => segment.Undrained == 0 && segment != Active);
        foreach (var segment in finished)
        {
            _segments.Remove(segment);
            Bytes -= segment.Length;
        }
        return finished;
    }

    /// <summary>Runs without the lock: unlinking a large file takes milliseconds.</summary>
    public void Remove(IReadOnlyList<JournalSegment> finished)
    {
        foreach (var segment in finished)
        {
            segment.Dispose();
            try
            {
                File.Delete(segment.Path);
            }
            catch (Exception error) when (IsDiskFault(error))
            {
                // Only space is lost: all that it holds is in the database, where a replay finds it again by its key.
                _logger.LogWarning(error, "Drained journal segment {Path} could not be deleted", segment.Path);
            }
        }
    }

    /// <summary>What a power cut would take now. The caller makes it durable, then says so.</summary>
    public Unflushed TakeDirty()
    {
        var dirty = _segments.FindAll(segment => segment.IsDirty);
        dirty.ForEach(segment => segment.IsDirty = false);
        var unflushed = new Unflushed(dirty, _named ? _directory.Path : null);
        _named = false;
        return unflushed;
    }

    public void Flushed(Unflushed done)
    {
        foreach (var segment in done.Segments.Where(segment => segment != Active && !segment.IsDirty))
            segment.Dispose();
    }

    public void NotFlushed(Unflushed failed)
    {
        foreach (var segment in failed.Segments)
            segment.IsDirty = true;
        _named |= failed.Directory is not null;
    }

    public void Close() => _segments.ForEach(segment => segment.Dispose());

    private JournalSegment Add(long firstPosition)
    {
        var segment = new JournalSegment(_directory.SegmentPath(_lastNumber + 1), new JournalHeader(_directory.Id, firstPosition), _open);
        _lastNumber++;
        _segments.Add(segment);
        Bytes += segment.Length;
        _named = true;
        return segment;
    }

    /// <param name="Segments">Those written since their last flush.</param>
    /// <param name="Directory">The folder, when it has new names.</param>
    public sealed record Unflushed(IReadOnlyList<JournalSegment> Segments, string? Directory)
    {
        /// <summary>Runs without the lock.</summary>
        public void ToDisk()
        {
            foreach (var segment in Segments)
                segment.Flush();
            if (Directory is not null)
                JournalDirectory.Persist(Directory);
        }
    }
}
