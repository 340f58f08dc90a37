using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>Bytes of the caller's that something else stands in for.</summary>
internal readonly record struct BodyEdit(ByteRange Range, ReadOnlyMemory<byte> With)
{
    /// <summary>A JSON string.</summary>
    public static byte[] Quoted(string text) =>
        [(byte)'"', .. JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>The body with its edits, which do not overlap; everything else byte for byte.</summary>
    public static void Write(IBufferWriter<byte> output, in ReadOnlySequence<byte> body, List<BodyEdit> edits)
    {
        edits.Sort(static (a, b) => a.Range.Start != b.Range.Start ? a.Range.Start.CompareTo(b.Range.Start) : a.Range.Length.CompareTo(b.Range.Length));
        long done = 0;
        foreach (var edit in edits)
        {
            Copy(output, body.Slice(done, edit.Range.Start - done));
            output.Write(edit.With.Span);
            done = edit.Range.End;
        }

        Copy(output, body.Slice(done));
    }

    private static void Copy(IBufferWriter<byte> output, in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes) output.Write(segment.Span);
    }
}
