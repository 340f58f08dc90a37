using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Gateway.OpenAi;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>What has to differ between the caller's body and the one sent upstream. Everything else goes byte for byte.</summary>
/// <param name="Model">The provider's name of the model.</param>
/// <param name="CapMember">The dialect's name of the output bound: <c>max_completion_tokens</c> at OpenAI, <c>max_tokens</c> at compatible vendors.</param>
/// <param name="Cap">Tokens to allow when the caller gave no bound; null: none is put in.</param>
/// <param name="AskUsage">Whether a stream is asked for its usage; false at vendors that refuse <c>stream_options</c>.</param>
public readonly record struct ChatRequestRewrite(string Model, string CapMember, long? Cap, bool AskUsage)
{
    public const string OpenAiCapMember = "max_completion_tokens";
    public const string CompatibleCapMember = "max_tokens";

    public void Write(IBufferWriter<byte> output, in ReadOnlySequence<byte> body, ChatRequestScan scan) => Write(output, body, scan, []);

    /// <param name="further">What the vendor's quirks ask for besides; no value that this rewrites is among it.</param>
    internal void Write(IBufferWriter<byte> output, in ReadOnlySequence<byte> body, ChatRequestScan scan, IReadOnlyList<BodyEdit> further)
    {
        var edits = further.Count == 0 ? stackalloc Edit[4] : new Edit[4 + further.Count];
        var count = 0;
        foreach (var edit in further) edits[count] = new(edit.Range, EditKind.Given, count++);
        if (!string.Equals(Model, scan.Model, StringComparison.Ordinal)) edits[count++] = new(scan.ModelRange, EditKind.Model);
        if (Cap is not null && (scan.MaxOutput is null || scan.DefaultOutput is not null)) edits[count++] = CapEdit(scan);
        if (AskUsage && scan is { Stream: true, IncludeUsage: false }) edits[count++] = UsageEdit(scan);
        edits = edits[..count];
        edits.Sort(static (left, right) => left.Range.Start != right.Range.Start
            ? left.Range.Start.CompareTo(right.Range.Start)
            : left.Range.Length.CompareTo(right.Range.Length));

        long done = 0;
        foreach (var edit in edits)
        {
            Copy(output, body.Slice(done, edit.Range.Start - done));
            if (edit.Kind == EditKind.Given) output.Write(further[edit.Place].With.Span);
            else WriteEdit(output, edit.Kind);
            done = edit.Range.End;
        }

        Copy(output, body.Slice(done));
    }

    private Edit CapEdit(ChatRequestScan scan)
    {
        // The caller's own member can still be there as null; a second one beside it would be read differently by each provider.
        var own = CapMember == OpenAiCapMember ? scan.MaxCompletionTokensRange : scan.MaxTokensRange;
        return own is { } range ? new(range, EditKind.CapValue) : new(new(scan.MembersStart, 0), EditKind.CapMember);
    }

    private static Edit UsageEdit(ChatRequestScan scan) => scan switch
    {
        { IncludeUsageRange: { } value } => new(value, EditKind.True),
        { StreamOptionsIsNull: true, StreamOptionsRange: { } value } => new(value, EditKind.UsageObject),
        { StreamOptionsIsEmpty: true, StreamOptionsRange: { } value } => new(value, EditKind.UsageObject),
        { StreamOptionsRange: { } value } => new(new(value.Start + 1, 0), EditKind.UsageInside),
        _ => new(new(scan.MembersStart, 0), EditKind.UsageMember),
    };

    private void WriteEdit(IBufferWriter<byte> output, EditKind kind)
    {
        switch (kind)
        {
            case EditKind.Model:
                output.Write("\""u8);
                output.Write(JsonEncodedText.Encode(Model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
                output.Write("\""u8);
                break;
            case EditKind.CapValue: WriteCap(output); break;
            case EditKind.CapMember:
                output.Write(CapMember == OpenAiCapMember ? "\"max_completion_tokens\":"u8 : "\"max_tokens\":"u8);
                WriteCap(output);
                output.Write(","u8);
                break;
            case EditKind.True: output.Write("true"u8); break;
            case EditKind.UsageObject: output.Write("{\"include_usage\":true}"u8); break;
            case EditKind.UsageInside: output.Write("\"include_usage\":true,"u8); break;
            case EditKind.UsageMember: output.Write("\"stream_options\":{\"include_usage\":true},"u8); break;
        }
    }

    private void WriteCap(IBufferWriter<byte> output)
    {
        Utf8Formatter.TryFormat(Cap.GetValueOrDefault(), output.GetSpan(20), out var written);
        output.Advance(written);
    }

    private static void Copy(IBufferWriter<byte> output, in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes) output.Write(segment.Span);
    }

    private enum EditKind
    {
        Model,
        CapValue,
        CapMember,
        True,
        UsageObject,
        UsageInside,
        UsageMember,

        /// <summary>One of those that came from outside.</summary>
        Given,
    }

    private readonly record struct Edit(ByteRange Range, EditKind Kind, int Place = 0);
}
