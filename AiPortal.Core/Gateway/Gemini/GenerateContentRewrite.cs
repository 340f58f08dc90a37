using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>What has to differ between the caller's body and the one sent upstream. Everything else goes byte for byte.</summary>
/// <param name="Model">The provider's name of the model, for bodies that repeat it.</param>
/// <param name="Cap">Tokens to allow when the caller gave no bound; null: none is put in.</param>
internal readonly record struct GenerateContentRewrite(string Model, long? Cap)
{
    public void Write(IBufferWriter<byte> output, in ReadOnlySequence<byte> body, GenerateContentScan scan)
    {
        var model = scan.ModelRange is not null && Model != scan.Model ? scan.ModelRange : null;
        var cap = Cap is not null && scan.MaxOutput is null ? CapRange(scan) : null;
        long done = 0;
        for (var next = Next(model, cap, done); next is { } range; next = Next(model, cap, done))
        {
            Copy(output, body.Slice(done, range.Start - done));
            if (range == model) WriteModel(output);
            else WriteCap(output, scan);
            done = range.End;
            if (range == model) model = null;
            else cap = null;
        }

        Copy(output, body.Slice(done));
    }

    private static ByteRange? Next(ByteRange? one, ByteRange? other, long from) =>
        one is { } first && (other is not { } second || first.Start < second.Start) && first.Start >= from ? one : other;

    /// <summary>What the cap replaces.</summary>
    private static ByteRange? CapRange(GenerateContentScan scan) => scan switch
    {
        // The caller's own member can still be there as null.
        { MaxOutputRange: { } value } => value,
        { ConfigRange: { } config, ConfigIsBare: true } => config,
        { ConfigRange: { } config } => new ByteRange(config.Start + 1, 0),
        _ => new ByteRange(scan.MembersStart, 0),
    };

    private void WriteCap(IBufferWriter<byte> output, GenerateContentScan scan)
    {
        if (scan.MaxOutputRange is not null)
        {
            WriteNumber(output);
            return;
        }

        if (scan.ConfigRange is null) output.Write("\"generationConfig\":"u8);
        if (scan.ConfigRange is null || scan.ConfigIsBare) output.Write("{"u8);
        output.Write("\"maxOutputTokens\":"u8);
        WriteNumber(output);
        if (scan.ConfigRange is null || scan.ConfigIsBare) output.Write("}"u8);
        if (scan.ConfigRange is null || !scan.ConfigIsBare) output.Write(","u8);
    }

    private void WriteNumber(IBufferWriter<byte> output)
    {
        Utf8Formatter.TryFormat(Cap.GetValueOrDefault(), output.GetSpan(20), out var written);
        output.Advance(written);
    }

    private void WriteModel(IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(GeminiModelName.Resource(Model), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static void Copy(IBufferWriter<byte> output, in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes) output.Write(segment.Span);
    }
}
