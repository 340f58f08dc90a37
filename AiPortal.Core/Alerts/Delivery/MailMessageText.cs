using System.Globalization;
using System.Net;
using System.Text;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>An alert as a mail (RFC 5322, MIME): text and HTML, all of it ASCII on the wire.</summary>
internal static class MailMessageText
{
    private const int EncodedWordBytes = 45;

    /// <param name="id">The same each time it is sent, so that a mail that arrived twice is seen to be one.</param>
    public static string Of(Alert alert, Guid id, string from, string to, DateTimeOffset now)
    {
        var boundary = $"=_{id:N}";
        var text = $"{alert.Title}\r\n\r\n{alert.Message}\r\n";
        var html = $"<!doctype html><html><body style=\"font-family:sans-serif\"><h3>{WebUtility.HtmlEncode(alert.Title)}</h3><p>{WebUtility.HtmlEncode(alert.Message)}</p></body></html>";
        return string.Join("\r\n",
            $"From: {from}", $"To: {to}", $"Subject: {Encoded(alert.Title)}",
            $"Date: {now.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)}",
            $"Message-ID: <{id}@{from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..]}>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", $"Content-Type: multipart/alternative; boundary=\"{boundary}\"", "",
            Part(boundary, "text/plain", text), Part(boundary, "text/html", html), $"--{boundary}--", "");
    }

    private static string Part(string boundary, string type, string content) => string.Join("\r\n",
        $"--{boundary}", $"Content-Type: {type}; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(content), Base64FormattingOptions.InsertLineBreaks));

    /// <summary>RFC 2047: as many encoded words as it takes, none cutting a character.</summary>
    private static string Encoded(string text)
    {
        var words = new List<string>();
        var part = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(part.ToString()) + rune.Utf8SequenceLength > EncodedWordBytes) Flush();
            part.Append(rune);
        }

        Flush();
        return string.Join("\r\n ", words);

        void Flush()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(part.ToString()))}?=");
            part.Clear();
        }
    }
}
