using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Bodies;

/// <summary>
/// Takes out of a JSON text what must not be kept. Strings are looked at as what they say, not as they are escaped
/// (<c>me\u0040example.com</c>), and the text may end anywhere, as one that was cut does. What is not touched stays byte for byte.
/// </summary>
internal static class JsonRedaction
{
    private const string Secret = "\"[redacted:secret]\"";
    private const string Number = "\"[redacted:number]\"";

    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">Nothing of it may be kept.</exception>
    public static string Redact(string json, IReadOnlyList<BodyRedaction> redactions)
    {
        if (redactions.Count == 0) return json;
        if (json.AsSpan().TrimStart() is not ['{' or '[', ..]) return Plain(json, redactions);
        var output = new StringBuilder(json.Length);
        for (var at = 0; at < json.Length;)
        {
            var quote = json.IndexOf('"', at);
            Outside(json.AsSpan(at, (quote < 0 ? json.Length : quote) - at), redactions, output);
            if (quote < 0) break;
            var end = EndOfString(json, quote + 1);
            Text(json, quote + 1, end, redactions, output);
            at = Value(json, quote + 1, end, redactions, output);
        }

        return output.ToString();
    }

    private static string Plain(string text, IReadOnlyList<BodyRedaction> redactions)
    {
        foreach (var redaction in redactions) text = RedactionPatterns.Apply(text, redaction);
        return text;
    }

    /// <summary>Index of the closing quote, or the end of a text that was cut.</summary>
    private static int EndOfString(string json, int start)
    {
        for (var i = start; i < json.Length; i++)
        {
            if (json[i] == '\\') i++;
            else if (json[i] == '"') return i;
        }

        return json.Length;
    }

    private static void Text(string json, int start, int end, IReadOnlyList<BodyRedaction> redactions, StringBuilder output)
    {
        var said = Unescaped(json.AsSpan(start, end - start));
        var kept = Plain(said, redactions);
        output.Append('"');
        if (ReferenceEquals(kept, said) || kept == said) output.Append(json, start, end - start);
        else output.Append(JsonEncodedText.Encode(Whole(kept), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value);
        if (end < json.Length) output.Append('"');
    }

    /// <summary>Half a surrogate pair, which an escape may say, cannot be written.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// Goes on behind a string. Where it was the name of a member whose whole value must go, the value goes; the log probabilities of
    /// an answer spell it a second time, in pieces that no pattern knows.
    /// </summary>
    private static int Value(string json, int start, int end, IReadOnlyList<BodyRedaction> redactions, StringBuilder output)
    {
        var next = Math.Min(end + 1, json.Length);
        var colon = SkipSpace(json, next);
        if (colon >= json.Length || json[colon] != ':') return next;
        var value = SkipSpace(json, colon + 1);
        if (value >= json.Length) return next;
        var name = Unescaped(json.AsSpan(start, end - start));
        var isSecret = json[value] == '"' && redactions.Contains(BodyRedaction.Secrets) && RedactionPatterns.IsSecretName(name);
        if (!isSecret && (name != "logprobs" || json[value] is not ('{' or '['))) return next;
        output.Append(json, next, value - next).Append(isSecret ? Secret : "null");
        return isSecret ? Math.Min(EndOfString(json, value + 1) + 1, json.Length) : EndOfNested(json, value);
    }

    private static int EndOfNested(string json, int start)
    {
        var depth = 0;
        for (var i = start; i < json.Length; i++)
        {
            if (json[i] == '"') i = EndOfString(json, i + 1);
            else if (json[i] is '{' or '[') depth++;
            else if (json[i] is '}' or ']' && --depth == 0) return i + 1;
        }

        return json.Length;
    }

    private static int SkipSpace(string json, int at)
    {
        while (at < json.Length && json[at] is ' ' or '\t' or '\r' or '\n') at++;
        return at;
    }

    /// <summary>A card number may be a number, too. What stands behind a point is a fraction.</summary>
    private static void Outside(ReadOnlySpan<char> text, IReadOnlyList<BodyRedaction> redactions, StringBuilder output)
    {
        if (!redactions.Contains(BodyRedaction.PhoneAndCardNumbers))
        {
            output.Append(text);
            return;
        }

        for (var at = 0; at < text.Length;)
        {
            var length = 0;
            while (at + length < text.Length && (char.IsAsciiDigit(text[at + length]) || text[at + length] is '.' or '-' or '+' or 'e' or 'E')) length++;
            if (length == 0)
            {
                output.Append(text[at++]);
                continue;
            }

            var number = text.Slice(at, length);
            output.Append(number.IndexOfAnyExceptInRange('0', '9') < 0 && RedactionPatterns.IsCard(number) ? Number : number);
            at += length;
        }
    }

    /// <summary>What a string says; an escape that is none stays as it is.</summary>
    private static string Unescaped(ReadOnlySpan<char> raw)
    {
        if (!raw.Contains('\\')) return raw.ToString();
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 == raw.Length)
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u' && i + 4 < raw.Length && ushort.TryParse(raw.Slice(i + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit))
            {
                text.Append((char)unit);
                i += 4;
                continue;
            }

            text.Append(raw[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var other => other });
        }

        return text.ToString();
    }
}
