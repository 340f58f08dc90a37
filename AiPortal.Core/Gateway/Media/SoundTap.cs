using System.Buffers;

namespace AiPortal.Core.Gateway.Media;

/// <summary>Stands beside sound that goes on as it comes: counts its bytes and keeps its head, which tell how long it lasts.</summary>
internal sealed class SoundTap(MediaScan scan) : IStreamTap
{
    private readonly byte[] _head = new byte[AudioLength.HeadBytes];
    private long _count;
    private bool _ended;

    public AnswerObservation Seen { get; } = new();

    public bool IsComplete => _ended && _count > 0;

    public bool ErrorPassed => false;

    public bool IsMidFrame => false;

    public GatewayFailure? Fault => null;

    public bool Push(ReadOnlySpan<byte> chunk, IBufferWriter<byte> output)
    {
        if (_count < _head.Length) chunk[..(int)Math.Min(chunk.Length, _head.Length - _count)].CopyTo(_head.AsSpan((int)_count));
        _count += chunk.Length;
        output.Write(chunk);
        return true;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        _ended = true;
        var lasts = scan.ResponseFormat == "pcm"
            ? AudioLength.OfSamples(_count, MediaPassage.SampleBytesPerSecond)
            : AudioLength.Of(_head.AsSpan(0, (int)Math.Min(_count, _head.Length)), _count);
        Seen.NoteUsage(MediaMeter.Measure(MediaKind.Spoken, scan, default, lasts), topLevel: true);
    }

    public void WriteEnd(IBufferWriter<byte> output)
    {
    }

    public void Dispose()
    {
    }
}
