using System.Collections.Frozen;

namespace AiPortal.Ui;

/// <summary>The portal's icons: outlines on a 24 × 24 grid, drawn with the colour of the text around them.</summary>
internal static class Icons
{
    /// <summary>The path of an icon by its name.</summary>
    internal static string Path(string name) => Paths.TryGetValue(name, out var path)
        ? path
        : throw new ArgumentException($"There is no icon named '{name}'.", nameof(name));

    internal static IReadOnlyCollection<string> Names => Paths.Keys;

    private static readonly FrozenDictionary<string, string> Paths = new Dictionary<string, string>
    {
        ["api"] = "M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16",
        ["approvals"] = "M8 5H5v16h14V5h-3M9 3h6v4H9zM8.5 14l2.5 2.5 4.5-5",
        ["arrow-down"] = "M12 5v14M6 13l6 6 6-6",
        ["arrow-up"] = "M12 19V5M6 11l6-6 6 6",
        ["audit"] = "M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5",
        ["bell"] = "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
        ["bills"] = "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
        ["budgets"] = "M4 18a9 9 0 1 1 16 0M12 14l4-5M12 14h.01",
        ["calls"] = "M4 6h16M4 12h16M4 18h10",
        ["chart"] = "M4 4v16h16M8 16v-4M13 16V8M18 16v-6",
        ["check"] = "M5 12.5l4.5 4.5L19 7",
        ["chevron-down"] = "M6 9l6 6 6-6",
        ["chevron-left"] = "M15 6l-6 6 6 6",
        ["chevron-right"] = "M9 6l6 6-6 6",
        ["clock"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
        ["close"] = "M6 6l12 12M18 6L6 18",
        ["copy"] = "M9 9h11v11H9zM5 15H4V4h11v1",
        ["dashboard"] = "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
        ["download"] = "M12 4v11M7 11l5 5 5-5M4 20h16",
        ["edit"] = "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
        ["environment"] = "M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5",
        ["external"] = "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
        ["eye"] = "M2 12s3.5-6 10-6 10 6 10 6-3.5 6-10 6-10-6-10-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
        ["filter"] = "M4 5h16l-6 7v6l-4 2v-8z",
        ["globe"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c2.5 2.5 3.5 5.5 3.5 9S14.5 18.5 12 21c-2.5-2.5-3.5-5.5-3.5-9S9.5 5.5 12 3z",
        ["info"] = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
        ["keys"] = "M8 12a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 13l9-9M16 8l3 3M13.5 10.5l2 2",
        ["lock"] = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
        ["members"] = "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 20c0-3.5 2.9-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5.5a3.5 3.5 0 0 1 0 6.5M18 15c2.2.7 3.5 2.4 3.5 5",
        ["minus"] = "M5 12h14",
        ["models"] = "M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9",
        ["monitor"] = "M3 5h18v11H3zM8 20h8M12 16v4",
        ["moon"] = "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
        ["more"] = "M5 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM12 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM19 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2z",
        ["organization"] = "M4 21V4h9v17M13 9h7v12M2 21h20M7 8h3M7 12h3M7 16h3M16 13h1M16 17h1",
        ["play"] = "M7 4.5v15l12-7.5z",
        ["plus"] = "M12 5v14M5 12h14",
        ["project"] = "M3 6h7l2 2h9v11H3z",
        ["providers"] = "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
        ["rail"] = "M4 5h16v14H4zM10 5v14",
        ["refresh"] = "M20 5v5h-5M19.5 10A8 8 0 1 0 20 14",
        ["routes"] = "M5 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM19 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM19 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7 7h10M7 8c6 0 4 10 10 10",
        ["search"] = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
        ["sign-out"] = "M10 4H4v16h6M9 12h11M16 8l4 4-4 4",
        ["stop"] = "M8.5 3h7L21 8.5v7L15.5 21h-7L3 15.5v-7zM9 9l6 6M15 9l-6 6",
        ["structure"] = "M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4",
        ["sun"] = "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
        ["table"] = "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
        ["trash"] = "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
        ["user"] = "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.5-3.5 3.5-5.5 7.5-5.5s7 2 7.5 5.5",
        ["warning"] = "M12 4L2.5 20h19zM12 10v5M12 17.5h.01",
    }.ToFrozenDictionary();
}
