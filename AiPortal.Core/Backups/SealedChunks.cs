using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AiPortal.Core.Backups;

/// <summary>
/// Chunks of AES-256-GCM under a key that seals one file alone: length, ciphertext, tag. The nonce is the chunk's number and whether it
/// is the last, and the head of the file is bound into each: one that is altered, left out, moved, added or of another file does not
/// open, and a file without its last chunk is not whole.
/// </summary>
internal static class SealedChunks
{
    public const int Size = 64 * 1024;
    public const int TagSize = 16;

    private const int NonceSize = 12;

    public static byte[] Binding(byte[] header) => SHA256.HashData(header);

    public static void Nonce(Span<byte> nonce, long number, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce, number);
        nonce[NonceSize - 1] = last ? (byte)1 : (byte)0;
    }

    public static byte[] NonceBuffer() => new byte[NonceSize];
}

/// <summary>Writes them; whole only once it was completed.</summary>
internal sealed class SealedChunkWriter(Stream file, byte[] key, byte[] header) : Stream
{
    private readonly AesGcm _aes = new(key, SealedChunks.TagSize);
    private readonly byte[] _binding = SealedChunks.Binding(header);
    private readonly byte[] _plain = new byte[SealedChunks.Size];
    private readonly byte[] _sealed = new byte[sizeof(int) + SealedChunks.Size + SealedChunks.TagSize];
    private readonly byte[] _nonce = SealedChunks.NonceBuffer();
    private int _filled;
    private long _number;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes the last chunk.</summary>
    public void Complete() => Seal(last: true);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            // Only when more comes: the last chunk may be full.
            if (_filled == _plain.Length) Seal(last: false);
            var part = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..part].CopyTo(_plain.AsSpan(_filled));
            _filled += part;
            buffer = buffer[part..];
        }
    }

    public override void Flush()
    {
        // A chunk goes when it is full.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _aes.Dispose();
        base.Dispose(disposing);
    }

    private void Seal(bool last)
    {
        SealedChunks.Nonce(_nonce, _number++, last);
        BinaryPrimitives.WriteInt32BigEndian(_sealed, _filled);
        var tag = _sealed.AsSpan(sizeof(int) + _filled, SealedChunks.TagSize);
        _aes.Encrypt(_nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(sizeof(int), _filled), tag, _binding);
        file.Write(_sealed, 0, sizeof(int) + _filled + SealedChunks.TagSize);
        _filled = 0;
    }
}

/// <summary>Opens them one after the other; reading to the end proves the file whole.</summary>
internal sealed class SealedChunkReader(Stream file, byte[] key, byte[] header) : Stream
{
    private readonly AesGcm _aes = new(key, SealedChunks.TagSize);
    private readonly byte[] _binding = SealedChunks.Binding(header);
    private readonly byte[] _sealed = new byte[SealedChunks.Size + SealedChunks.TagSize];
    private readonly byte[] _plain = new byte[SealedChunks.Size];
    private readonly byte[] _nonce = SealedChunks.NonceBuffer();
    private (int From, int To) _open;
    private long _number;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="BackupFault">Cut off or altered.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_open.From == _open.To)
        {
            if (_ended) return 0;
            Next();
        }

        var part = Math.Min(buffer.Length, _open.To - _open.From);
        _plain.AsSpan(_open.From, part).CopyTo(buffer);
        _open.From += part;
        return part;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _aes.Dispose();
        base.Dispose(disposing);
    }

    private void Next()
    {
        Span<byte> head = stackalloc byte[sizeof(int)];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) throw CutOff();
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < 0 or > SealedChunks.Size) throw Altered();
        if (file.ReadAtLeast(_sealed.AsSpan(0, length + SealedChunks.TagSize), length + SealedChunks.TagSize, throwOnEndOfStream: false) < length + SealedChunks.TagSize) throw CutOff();
        if (!Opens(length, last: false))
        {
            if (!Opens(length, last: true)) throw Altered();
            _ended = true;
            if (file.ReadByte() >= 0) throw new BackupFault("This backup was altered: something follows its end.");
        }

        _number++;
        _open = (0, length);
    }

    private bool Opens(int length, bool last)
    {
        SealedChunks.Nonce(_nonce, _number, last);
        try
        {
            _aes.Decrypt(_nonce, _sealed.AsSpan(0, length), _sealed.AsSpan(length, SealedChunks.TagSize), _plain.AsSpan(0, length), _binding);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static BackupFault CutOff() => new("This backup is cut off: its end is missing.");

    private BackupFault Altered() => new($"This backup was altered: part {_number + 1} of it does not open.");
}
