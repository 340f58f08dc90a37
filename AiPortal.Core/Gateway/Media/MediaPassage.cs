using System.Buffers;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Media;

/// <summary>Images and sound at a provider with the same interface: bytes pass through in both directions but for the model.</summary>
internal sealed class MediaPassage(string path, MediaKind kind) : JsonPassage(path), IUpstreamExchange
{
    // 24,000 samples a second of two bytes, which is what OpenAI sends without a header.
    public const long SampleBytesPerSecond = 48_000;

    protected override string Accept => "*/*";

    public override GatewayRefusal? WriteRequest(ExchangeRequest request, IBufferWriter<byte> output, out UpstreamTarget target)
    {
        var scan = (MediaScan)request.Scan;
        if (scan.ContentType is not { } type) return base.WriteRequest(request, output, out target);
        target = new UpstreamTarget(Path, type, Accept);
        var model = Encoding.UTF8.GetBytes(request.UpstreamModel);
        BodyEdit.Write(output, request.Body, [scan.ModelRange is { } range
            ? new BodyEdit(range, model)
            : new BodyEdit(default, (byte[])[.. Encoding.ASCII.GetBytes($"--{scan.Boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"), .. model, .. "\r\n"u8])]);
        return null;
    }

    public override PlainAnswer ReadPlain(ExchangeRequest request, in ReadOnlySequence<byte> body)
    {
        var (scan, seen) = ((MediaScan)request.Scan, new AnswerObservation());
        var facts = new MediaFacts();
        if (kind == MediaKind.Images || (kind == MediaKind.Heard && scan.ResponseFormat is not ("text" or "srt" or "vtt")) || LooksLikeError(body))
        {
            var reader = new Utf8JsonReader(body);
            try
            {
                facts = MediaPayload.Read(ref reader, seen);
            }
            // The second is half of a surrogate pair in a member's name.
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                seen.Unreadable = 1;
                return new PlainAnswer(seen);
            }
        }

        // What is spoken does not come here unless it is no sound.
        if (kind == MediaKind.Spoken && seen.Error is null) seen.Unreadable = 1;
        else if (seen.Error is null && (kind == MediaKind.Heard || facts.Images > 0)) seen.NoteUsage(MediaMeter.Measure(kind, scan, facts, 0), topLevel: true);
        return new PlainAnswer(seen);
    }

    IStreamTap? IUpstreamExchange.Bytes(ExchangeRequest request) => kind == MediaKind.Spoken ? new SoundTap((MediaScan)request.Scan) : null;

    public override IStreamTap Tap(ExchangeRequest request, bool holdEnd) => new MediaTap(kind, (MediaScan)request.Scan, holdEnd);

    /// <summary>Some vendors answer 200 and an error where sound was to come.</summary>
    private static bool LooksLikeError(in ReadOnlySequence<byte> body) =>
        body.Length is > 0 and < 64 * 1024 && body.FirstSpan[0] == (byte)'{' && Encoding.UTF8.GetString(body).Contains("\"error\"", StringComparison.Ordinal);

    private sealed class MediaTap(MediaKind kind, MediaScan scan, bool holdEnd) : EventTap(holdEnd)
    {
        private Usage _sum;
        private UsageDoubts _doubts;
        private long _images;
        private long _audioBytes;

        protected override bool Read(ReadOnlySpan<byte> payload)
        {
            var reader = new Utf8JsonReader(payload);
            var facts = MediaPayload.Read(ref reader, Seen);
            if (kind == MediaKind.Spoken) _audioBytes += payload.Length * 3 / 4;
            var ends = facts.Type is "image_generation.completed" or "image_edit.completed" or "speech.audio.done" or "transcript.text.done";
            if (!ends) return false;
            // Each image of several ends with an event of its own.
            _images++;
            if (facts.Usage is { } reading)
            {
                _sum = kind == MediaKind.Images ? MediaMeter.Add(_sum, reading.Usage) : reading.Usage;
                _doubts |= reading.Doubts;
            }

            UsageReading? total = _sum == default ? null : new UsageReading(_sum, _doubts);
            var spokenMs = kind == MediaKind.Spoken ? Math.Min(scan.AudioMs, AudioLength.OfSamples(_audioBytes, 4_000)) : 0;
            Seen.NoteUsage(MediaMeter.Measure(kind, scan, facts with { Images = kind == MediaKind.Images ? _images : 0, Usage = total }, spokenMs), topLevel: true);
            return true;
        }
    }
}
