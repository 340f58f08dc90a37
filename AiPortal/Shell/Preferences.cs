namespace AiPortal.Shell;

/// <summary>How a browser wants the shell: kept in two cookies that portal.js writes and the first HTML already obeys.</summary>
public sealed record Preferences(string Theme, bool RailNarrow)
{
    internal const string ThemeCookie = "portal.theme";
    internal const string RailCookie = "portal.rail";

    internal static Preferences From(HttpContext context)
    {
        var theme = context.Request.Cookies[ThemeCookie];
        return new Preferences(
            theme is "light" or "dark" ? theme : "system",
            context.Request.Cookies[RailCookie] == "narrow");
    }

    internal string LightMedia => Theme switch { "light" => "all", "dark" => "not all", _ => "(prefers-color-scheme: light)" };

    internal string DarkMedia => Theme switch { "dark" => "all", "light" => "not all", _ => "(prefers-color-scheme: dark)" };
}
