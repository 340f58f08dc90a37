using AiPortal.Core.Routing;

namespace AiPortal.Gateway.Caching;

/// <summary>An answer while it goes to its caller, in small pieces; given up where it is too long to be kept.</summary>
internal sealed class AnswerRecording(KeyHash key)
{
    private const int PieceSize = 16 * 1024;
    private const int MaxBytes = 1 << 20;
    private readonly List<byte[]> _pieces = [];
    private int _inLast = PieceSize;
    private int _length;

    public KeyHash Key { get; } = key;

    public bool IsGivenUp { get; private set; }

    public byte[] End { get; private set; } = [];

    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces =>
        [.. _pieces.Select((piece, i) => (ReadOnlyMemory<byte>)piece.AsMemory(0, i == _pieces.Count - 1 ? _inLast : PieceSize))];

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_length > MaxBytes) GiveUp();
        if (IsGivenUp) return;
        while (bytes.Length > 0)
        {
            if (_inLast == PieceSize)
            {
                _pieces.Add(new byte[PieceSize]);
                _inLast = 0;
            }

            var count = Math.Min(bytes.Length, PieceSize - _inLast);
            bytes[..count].CopyTo(_pieces[^1].AsSpan(_inLast));
            _inLast += count;
            bytes = bytes[count..];
        }
    }

    public void AppendEnd(ReadOnlySpan<byte> bytes) => End = bytes.ToArray();

    public void GiveUp()
    {
        IsGivenUp = true;
        _pieces.Clear();
    }
}
