using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AiPortal.Core.Ledger.Journals;

/// <summary>First record of a segment. <see cref="FirstPosition"/> is that of the segment's first intent.</summary>
internal sealed record JournalHeader(Guid JournalId, long FirstPosition);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Intent))]
[JsonSerializable(typeof(Settlement))]
[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalJson : JsonSerializerContext;

/// <summary>Makes frames. One per thread: its buffers are kept, so an append allocates nothing here.</summary>
#pragma warning disable CA1001 // Its writer lives as long as the thread and holds nothing but the buffer.
internal sealed class JournalCodec
#pragma warning restore CA1001
{
    [ThreadStatic]
    private static JournalCodec? _current;

    private readonly ArrayBufferWriter<byte> _buffer = new(2048);
    private readonly Utf8JsonWriter _json;

    private JournalCodec() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>In a buffer of its own: a segment may begin while this thread's frame waits to go into it.</summary>
    public static ReadOnlySpan<byte> Encode(JournalHeader header) =>
        new JournalCodec().Encode(header, JournalJson.Default.JournalHeader, JournalFrameType.Header);

    /// <summary>The frame is valid until this thread encodes the next one.</summary>
    public static ReadOnlySpan<byte> Encode(Intent intent) =>
        (_current ??= new()).Encode(intent, JournalJson.Default.Intent, JournalFrameType.Intent);

    /// <inheritdoc cref="Encode(Intent)"/>
    public static ReadOnlySpan<byte> Encode(Settlement settlement) =>
        (_current ??= new()).Encode(settlement, JournalJson.Default.Settlement, JournalFrameType.Settlement);

    public static JournalHeader Header(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, JournalJson.Default.JournalHeader)!;

    public static Intent Intent(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, JournalJson.Default.Intent)!;

    public static Settlement Settlement(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, JournalJson.Default.Settlement)!;

    private Span<byte> Encode<T>(T value, JsonTypeInfo<T> shape, JournalFrameType type)
    {
        _buffer.ResetWrittenCount();
        _buffer.GetSpan(JournalFrame.HeaderBytes);
        _buffer.Advance(JournalFrame.HeaderBytes);
        _json.Reset(_buffer);
        JsonSerializer.Serialize(_json, value, shape);
        _json.Flush();
        var frame = MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        JournalFrame.Seal(frame, type);
        return frame;
    }
}
