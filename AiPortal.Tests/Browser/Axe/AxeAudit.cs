using System.Text.Json;
using Microsoft.Playwright;

namespace AiPortal.Tests.Browser.Axe;

/// <summary>axe-core on a page as it stands: WCAG 2.2 A and AA.</summary>
internal static class AxeAudit
{
    private const string Run = """
        async () => {
          const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] });
          return found.violations.filter(v => v.impact === "serious" || v.impact === "critical")
            .flatMap(v => v.nodes.slice(0, 5).map(n => `${v.id} (${v.impact}): ${n.target.join(" ")} ${n.html.slice(0, 160)} ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""}`));
        }
        """;

    private static readonly Lazy<string> Script = new(() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Browser", "Axe", "axe.min.js")));

    /// <summary>What is serious or critical, an element a line.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(IPage page)
    {
        await page.EvaluateAsync(Script.Value);
        var found = await page.EvaluateAsync<JsonElement>(Run);
        return [.. found.EnumerateArray().Select(line => line.GetString()!)];
    }
}
