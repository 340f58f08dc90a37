using AiPortal.Shell.Environments;

namespace AiPortal.Shell;

/// <summary>How a browser wants the shell: kept in cookies that portal.js writes and the first HTML already obeys.</summary>
public sealed record Preferences(string Theme, bool RailNarrow, bool SetUpHidden = false, Guid? EnvironmentId = null)
{
    internal const string ThemeCookie = "portal.theme";
    internal const string RailCookie = "portal.rail";
    internal const string SetUpCookie = "portal.setup";

    internal static Preferences From(HttpContext context)
    {
        var theme = context.Request.Cookies[ThemeCookie];
        return new Preferences(
            theme is "light" or "dark" ? theme : "system",
            context.Request.Cookies[RailCookie] == "narrow",
            context.Request.Cookies[SetUpCookie] == "hidden",
            EnvironmentChoice.Of(context));
    }

    internal string LightMedia => Theme switch { "light" => "all", "dark" => "not all", _ => "(prefers-color-scheme: light)" };

    internal string DarkMedia => Theme switch { "dark" => "all", "light" => "not all", _ => "(prefers-color-scheme: dark)" };
}
