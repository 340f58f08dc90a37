namespace AiPortal.Tests.Browser.Hostile;

/// <summary>Texts that would run a script, leave their place or mislead the eye, were they ever taken for more than text.</summary>
internal static class HostileTexts
{
    /// <summary>Each calls it, if it runs.</summary>
    public const string Function = "hostile";

    private static readonly string[] Payloads =
    [
        "<script>hostile()</script>", "<ScRiPt>hostile()</sCrIpT>", "<script src=//hostile.invalid></script>", "<img src=x onerror=hostile()>", "<svg/onload=hostile()>", "<svg><script>hostile()</script></svg>",
        "<body onload=hostile()>", "<iframe srcdoc='<script>parent.hostile()</script>'>", "<iframe src=javascript:hostile()>", "<a href=javascript:hostile()>x</a>", "javascript:hostile()", "data:text/html,<script>hostile()</script>",
        "<details open ontoggle=hostile()>", "<input autofocus onfocus=hostile()>", "<video><source onerror=hostile()></video>", "<audio src=x onerror=hostile()>", "<marquee onstart=hostile()>", "<object data=javascript:hostile()>",
        "<embed src=javascript:hostile()>", "<form action=javascript:hostile()><button autofocus>", "<base href=//hostile.invalid/>", "<meta http-equiv=refresh content='0;javascript:hostile()'>", "<link rel=stylesheet href=//hostile.invalid>",
        "<style>@import '//hostile.invalid'</style>", "<math><mtext><script>hostile()</script></mtext></math>", "<template><script>hostile()</script></template>", "<noscript><p title='</noscript><img src=x onerror=hostile()>'>",
        "<x onclick=hostile() style=position:fixed;inset:0>x", "{{constructor.constructor('hostile()')()}}", "${hostile()}", "#{hostile()}", "<%= hostile() %>", "@(hostile())", "{0:hostile}", "\\u003cscript\\u003ehostile()\\u003c/script\\u003e",
        "&lt;script&gt;hostile()&lt;/script&gt;", "%3Cscript%3Ehostile()%3C/script%3E", "<!--<img src=--><img src=x onerror=hostile()>",
    ];

    private static readonly Func<string, string>[] Ways =
    [
        text => text, text => "\">" + text, text => "'>" + text, text => "-->" + text, text => "]]>" + text, text => "</title></textarea></style>" + text, text => "</script>" + text,
        text => "x' " + text[..^1] + " '", text => "\u202e" + text, text => "\u2066" + text + "\u2069", text => text + "\ufeff\u200b", text => "`" + text + "`", text => text.Replace("<", "<\u00a0", StringComparison.Ordinal), text => text + text,
    ];

    /// <summary>More than five hundred.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Ways.SelectMany(way => Payloads.Select(way)).Distinct(StringComparer.Ordinal)];

    /// <summary>With what no name may hold: colours of terminals, control characters.</summary>
    public static IReadOnlyList<string> Ansi { get; } = ["\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "a\u0008\u0008b", "nul\0end", "line\r\nSet-Cookie: a=b"];
}
