using Microsoft.Win32.SafeHandles;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>Opens a segment file for writing. A seam: tests put a full disk behind it.</summary>
internal delegate SafeFileHandle OpenSegment(string path);

/// <summary>One append-only file of the journal. Not thread-safe: the journal's lock guards it.</summary>
internal sealed class JournalSegment : IDisposable
{
    private readonly SafeFileHandle _file;

    public JournalSegment(string path, JournalHeader header, OpenSegment open)
    {
        Path = path;
        _file = open(path);
        try
        {
            Append(JournalCodec.Encode(header));
        }
        catch
        {
            _file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>Holds records that a power cut would take. Cleared before a flush, so that a record appended meanwhile sets it again.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Records in here that the database does not have yet.</summary>
    public int Undrained { get; set; }

    public static SafeFileHandle Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    /// <summary>One write to the page cache. After a failure the next append takes the same place.</summary>
    public void Append(ReadOnlySpan<byte> frame)
    {
        RandomAccess.Write(_file, frame, Length);
        Length += frame.Length;
        IsDirty = true;
    }

    /// <summary>Runs without the lock; a segment drained and closed meanwhile needs none.</summary>
    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (ObjectDisposedException)
        {
            IsDirty = false;
        }
    }

    public void Dispose() => _file.Dispose();
}
