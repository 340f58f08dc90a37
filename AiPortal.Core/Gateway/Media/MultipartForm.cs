using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AiPortal.Core.Gateway.Media;

/// <summary>One part of a form.</summary>
/// <param name="IsFile">It has a file name.</param>
/// <param name="Value">Where its content stands.</param>
internal readonly record struct FormPart(string Name, bool IsFile, ByteRange Value);

/// <summary>
/// A body of <c>multipart/form-data</c>, found in its bytes without copying them. It is read strictly: what two servers could read in
/// two ways is a fault, because the part that was checked and priced here must be the one that is used there.
/// </summary>
internal sealed class MultipartForm
{
    private const int MaxParts = 128;
    private const int MaxHeaderBytes = 4 * 1024;
    private const int MaxBoundary = 70;
    private const string Extra = "'()+_,-./:=?";

    private MultipartForm(string boundary, List<FormPart> parts) => (Boundary, Parts) = (boundary, parts);

    public string Boundary { get; }

    public IReadOnlyList<FormPart> Parts { get; }

    public static bool IsMultipart(string? contentType) => contentType?.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>False, with what is wrong, for anything but a whole form; never throws for any bytes.</summary>
    public static bool TryRead(string? contentType, in ReadOnlySequence<byte> body, [NotNullWhen(true)] out MultipartForm? form, [NotNullWhen(false)] out string? fault)
    {
        form = null;
        if (BoundaryOf(contentType) is not { } boundary)
        {
            fault = "the content type must be multipart/form-data with a boundary.";
            return false;
        }

        var parts = new List<FormPart>();
        fault = Read(body, boundary, parts);
        if (fault is null) form = new MultipartForm(boundary, parts);
        return fault is null;
    }

    private static string? Read(in ReadOnlySequence<byte> body, string boundary, List<FormPart> parts)
    {
        ReadOnlySpan<byte> delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        var reader = new SequenceReader<byte>(body);
        if (!reader.IsNext(delimiter[2..], advancePast: true)) return "it does not begin with its boundary.";
        while (true)
        {
            if (reader.IsNext("--"u8, advancePast: true))
                return reader.End || (reader.IsNext("\r\n"u8, advancePast: true) && reader.End) ? parts.Count > 0 ? null : "it has no parts." : "something stands behind its end.";
            if (!reader.IsNext("\r\n"u8, advancePast: true)) return "a boundary is not followed by a line's end.";
            if (parts.Count == MaxParts) return $"it has more than {MaxParts} parts.";
            if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8) || head.Length > MaxHeaderBytes) return "a part has no end of its headers.";
            if (ReadHead(head, out var name, out var isFile) is { } fault) return fault;
            var start = reader.Consumed;
            if (!reader.TryReadTo(out ReadOnlySequence<byte> value, delimiter)) return "it breaks off inside a part.";
            parts.Add(new FormPart(name, isFile, new ByteRange(start, value.Length)));
        }
    }

    // Content-Disposition: form-data; name="file"; filename="a.wav"
    private static string? ReadHead(in ReadOnlySequence<byte> head, out string name, out bool isFile)
    {
        (name, isFile) = ("", false);
        string? disposition = null;
        foreach (var line in Encoding.Latin1.GetString(head).Split("\r\n"))
        {
            if (line.Length == 0 || line[0] is ' ' or '\t' || line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon)) return "a part has a header that is none.";
            var (key, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (key.Equals("Content-Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !(value.ToLowerInvariant() is "binary" or "8bit" or "7bit"))
                return "a part is encoded.";
            if (!key.Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)) continue;
            if (disposition is not null) return "a part has two dispositions.";
            disposition = value;
        }

        if (disposition is null || !disposition.StartsWith("form-data", StringComparison.OrdinalIgnoreCase)) return "a part has no disposition of form-data.";
        var names = 0;
        foreach (var (key, value) in Parameters(disposition["form-data".Length..]))
        {
            switch (key.ToLowerInvariant())
            {
                case "name":
                    name = value;
                    names++;
                    break;
                case "name*": return "a part's name is encoded.";
                case "filename" or "filename*": isFile = true; break;
                case "": return "a part's disposition cannot be read.";
            }
        }

        return names != 1 || name.Length == 0 || name.Contains('\\', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal) ? "a part has no plain name." : null;
    }

    /// <summary>Pairs as in <c>; name="file"; filename="a.wav"</c>; an empty key for what is no pair.</summary>
    private static IEnumerable<(string Key, string Value)> Parameters(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            if (at == text.Length) yield break;
            if (text[at] != ';')
            {
                yield return ("", "");
                yield break;
            }

            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                if (text[(at + 1)..].Trim().Length > 0) yield return ("", "");
                yield break;
            }

            var key = text[(at + 1)..equals].Trim();
            at = equals + 1;
            if (at < text.Length && text[at] == '"')
            {
                var end = at + 1;
                while (end < text.Length && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
                if (end >= text.Length)
                {
                    yield return ("", "");
                    yield break;
                }

                yield return (key, text[(at + 1)..end]);
                at = end + 1;
                continue;
            }

            var stop = text.IndexOf(';', at);
            if (stop < 0) stop = text.Length;
            yield return (key, text[at..stop].Trim());
            at = stop;
        }
    }

    private static string? BoundaryOf(string? contentType)
    {
        const string type = "multipart/form-data";
        if (contentType is null || !contentType.StartsWith(type, StringComparison.OrdinalIgnoreCase)) return null;
        string? boundary = null;
        foreach (var (key, value) in Parameters(contentType[type.Length..]))
        {
            if (!key.Equals("boundary", StringComparison.OrdinalIgnoreCase)) continue;
            if (boundary is not null) return null;
            boundary = value;
        }

        return boundary is { Length: > 0 and <= MaxBoundary } && boundary.All(c => char.IsAsciiLetterOrDigit(c) || Extra.Contains(c, StringComparison.Ordinal)) ? boundary : null;
    }
}
