using System.Buffers;
using System.Text.Json;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Gateway.OpenAi;

/// <summary>What of a body has to change because of the vendor's quirks: members it refuses go, the output bound gets the name it knows. Kinds without quirks cost nothing.</summary>
internal static class VendorEdits
{
    private const string OtherCap = "max_completion_tokens";
    private const int MaxNameLength = 64;

    /// <param name="kind">Whose quirks.</param>
    /// <param name="body">A JSON object that was read before: it has no faults.</param>
    public static IReadOnlyList<BodyEdit> Of(ProviderKind kind, in ReadOnlySequence<byte> body)
    {
        if (kind is { Drops.Count: 0, DropsMessageNames: false, OnlyCapMember: false }) return [];
        var edits = new List<BodyEdit>();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestScan.MaxDepth });
        reader.Read();
        var members = Members(ref reader, kind.DropsMessageNames ? edits : null);
        var cap = kind.OnlyCapMember ? members.Find(member => member.Name == OtherCap) : null;
        if (cap is { IsNull: false } && !members.Exists(member => member.Name == kind.CapMember))
        {
            edits.Add(new BodyEdit(cap.NameRange, BodyEdit.Quoted(kind.CapMember)));
            cap = null;
        }

        Drop(members, member => member == cap || (member.Name is { } name && kind.Drops.Contains(name)), edits);
        return edits;
    }

    /// <summary>Takes members out, each with one comma.</summary>
    private static void Drop(List<Member> members, Predicate<Member> which, List<BodyEdit> edits)
    {
        var lastKept = members.FindLastIndex(member => !which(member));
        for (var i = 0; i < lastKept; i++)
        {
            var start = members[i].NameRange.Start;
            if (which(members[i])) edits.Add(new BodyEdit(new ByteRange(start, members[i + 1].NameRange.Start - start), default));
        }

        if (lastKept == members.Count - 1) return;
        var from = lastKept < 0 ? members[0].NameRange.Start : members[lastKept].End;
        edits.Add(new BodyEdit(new ByteRange(from, members[^1].End - from), default));
    }

    /// <summary>The reader stands on the opening brace, afterwards on the closing one.</summary>
    /// <param name="reader">Over the whole body.</param>
    /// <param name="messageEdits">Gets the edits that take names out of messages; null: they stay.</param>
    private static List<Member> Members(ref Utf8JsonReader reader, List<BodyEdit>? messageEdits)
    {
        var members = new List<Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
            var nameRange = new ByteRange(reader.TokenStartIndex, length + 2);
            var name = length <= MaxNameLength * 6 ? reader.GetString() : null;
            reader.Read();
            var isNull = reader.TokenType == JsonTokenType.Null;
            if (messageEdits is not null && name == "messages" && reader.TokenType == JsonTokenType.StartArray) DropNames(ref reader, messageEdits);
            else reader.Skip();
            members.Add(new Member(name, nameRange, reader.BytesConsumed, isNull));
        }

        return members;
    }

    private static void DropNames(ref Utf8JsonReader reader, List<BodyEdit> edits)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) Drop(Members(ref reader, null), member => member.Name == "name", edits);
            else reader.Skip();
        }
    }

    /// <param name="NameRange">With its quotes.</param>
    /// <param name="End">Of the value.</param>
    private sealed record Member(string? Name, ByteRange NameRange, long End, bool IsNull);
}
