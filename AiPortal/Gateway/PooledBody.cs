using System.Buffers;

namespace AiPortal.Gateway;

/// <summary>Bytes of unknown length in pooled pieces of at most 64 KB, so that nothing lands on the large object heap.</summary>
/// <param name="memory">What it must not exceed together with others while it is filled; null: no such bound.</param>
internal sealed class PooledBody(BufferMemory? memory = null) : IBufferWriter<byte>, IDisposable
{
    private const int PieceSize = 64 * 1024;
    private const int FirstPiece = 4 * 1024;
    private Piece? _first;
    private Piece? _last;
    private int _lastLength;
    private long _taken;

    /// <summary>Filling it ended because there was no more memory for bodies.</summary>
    public bool IsExhausted { get; private set; }

    public long Length { get; private set; }

    public ReadOnlySequence<byte> Sequence =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _lastLength);

    /// <summary>Reads until the end; false when more than <paramref name="limit"/> bytes come, or memory is out.</summary>
    public async Task<bool> FillAsync(Stream stream, long limit, CancellationToken token)
    {
        while (true)
        {
            if ((_last is null || _lastLength == _last.Buffer.Length) && !TryGrow()) return false;
            var count = await stream.ReadAsync(_last!.Buffer.AsMemory(_lastLength), token);
            if (count == 0)
            {
                _last.Trim(_lastLength);
                return true;
            }

            _lastLength += count;
            Length += count;
            if (Length > limit) return false;
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_last is null || _last.Buffer.Length - _lastLength < Math.Max(1, sizeHint)) Grow(sizeHint);
        return _last!.Buffer.AsMemory(_lastLength);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Advance(int count)
    {
        _lastLength += count;
        Length += count;
        _last!.Trim(_lastLength);
    }

    public void Dispose()
    {
        for (var piece = _first; piece is not null; piece = piece.NextPiece) ArrayPool<byte>.Shared.Return(piece.Buffer);
        _first = _last = null;
        Length = 0;
        memory?.Give(_taken);
        _taken = 0;
    }

    private bool TryGrow()
    {
        var size = _first is null ? FirstPiece : PieceSize;
        IsExhausted = memory?.TryTake(size) == false;
        if (IsExhausted) return false;
        _taken += memory is null ? 0 : size;
        Grow();
        return true;
    }

    private void Grow(int sizeHint = 0)
    {
        var piece = new Piece(ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, _first is null ? FirstPiece : PieceSize)));
        if (_last is not null)
        {
            _last.Trim(_lastLength);
            _last.Append(piece);
        }

        _first ??= piece;
        _last = piece;
        _lastLength = 0;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] buffer)
        {
            Buffer = buffer;
            Memory = buffer;
        }

        public byte[] Buffer { get; }

        public Piece? NextPiece => (Piece?)Next;

        public void Trim(int length) => Memory = Buffer.AsMemory(0, length);

        public void Append(Piece next)
        {
            next.RunningIndex = RunningIndex + Memory.Length;
            Next = next;
        }
    }
}
