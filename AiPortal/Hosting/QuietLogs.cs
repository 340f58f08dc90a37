namespace AiPortal.Hosting;

/// <summary>
/// What the framework tells, below information, of what passes through it: what a person types into a page reaches the portal by its
/// circuit, and would stand in the log, a secret too. No setting of an operator brings it there.
/// </summary>
internal static class QuietLogs
{
    private static readonly string[] Talkative = ["Microsoft.AspNetCore.SignalR"];

    public static void Apply(ILoggingBuilder logging)
    {
        // Of rules for one category the last counts.
        foreach (var category in Talkative) logging.AddFilter(category, LogLevel.Information);
    }
}
