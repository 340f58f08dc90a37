using System.Text;

namespace AiPortal.Core.Federation.Directories;

/// <summary>Search filters of RFC 4515 with what people typed in them.</summary>
public static class LdapFilter
{
    /// <summary>A value that means nothing but itself: what has a meaning in a filter, and what is no letter of its own, is written as bytes.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is > 0x1f and < 0x7f and not ('*' or '(' or ')' or '\\' or '/'))
            {
                text.Append((char)rune.Value);
                continue;
            }

            foreach (var part in bytes[..rune.EncodeToUtf8(bytes)]) text.Append('\\').Append(part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>Fills the places of a template; each value is escaped. One pass, so that a value that looks like a place is none.</summary>
    public static string Fill(string template, params ReadOnlySpan<(string Place, string Value)> values)
    {
        var text = new StringBuilder(template.Length + 40);
        for (var at = 0; at < template.Length;)
        {
            var found = false;
            foreach (var (place, value) in values)
            {
                if (string.CompareOrdinal(template, at, place, 0, place.Length) != 0) continue;
                text.Append(Escape(value));
                at += place.Length;
                found = true;
                break;
            }

            if (!found) text.Append(template[at++]);
        }

        return text.ToString();
    }

    /// <summary>Whether a template is one filter in brackets that close again.</summary>
    public static bool IsWhole(string template)
    {
        var depth = 0;
        for (var at = 0; at < template.Length; at++)
        {
            if (template[at] == '(') depth++;
            else if (template[at] == ')' && --depth < 0) return false;
            if (depth == 0 && at < template.Length - 1) return false;
        }

        return template.Length > 2 && depth == 0 && !template.Any(char.IsControl);
    }
}
