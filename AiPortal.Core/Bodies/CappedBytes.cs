using System.Buffers;
using System.Text;

namespace AiPortal.Core.Bodies;

/// <summary>The first bytes of a text that may be longer, in pooled pieces.</summary>
internal sealed class CappedBytes(BodyMemory memory, int most) : IDisposable
{
    private const int PieceSize = 16 * 1024;
    private readonly List<byte[]> _pieces = [];
    private int _lastLength;
    private int _kept;

    /// <summary>Of the whole text.</summary>
    public long Length { get; private set; }

    public bool IsCut => Length > _kept;

    /// <summary>There was no memory for it: what is here is not its beginning, bound or not.</summary>
    public bool IsLost { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        bytes = bytes[..Math.Min(bytes.Length, most - _kept)];
        while (!bytes.IsEmpty && !IsLost)
        {
            if ((_pieces.Count == 0 || _lastLength == PieceSize) && !Grow()) return;
            var count = Math.Min(bytes.Length, PieceSize - _lastLength);
            bytes[..count].CopyTo(_pieces[^1].AsSpan(_lastLength));
            _lastLength += count;
            _kept += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>What is not UTF-8, a character cut in half among it, becomes a replacement character.</summary>
    public string Text()
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var text = new StringBuilder(_kept);
        var chars = new char[PieceSize + 1];
        foreach (var (index, piece) in _pieces.Index())
        {
            var isLast = index == _pieces.Count - 1;
            text.Append(chars, 0, decoder.GetChars(piece.AsSpan(0, isLast ? _lastLength : PieceSize), chars, flush: isLast));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
        {
            // Other users of the pool must not find it.
            ArrayPool<byte>.Shared.Return(piece, clearArray: true);
            memory.Give(PieceSize);
        }

        _pieces.Clear();
    }

    private bool Grow()
    {
        if (!memory.TryTake(PieceSize))
        {
            IsLost = true;
            return false;
        }

        _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceSize));
        _lastLength = 0;
        return true;
    }
}
