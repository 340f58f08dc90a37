using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiPortal.Tests.Rules;

/// <summary>Dashboards and alarms ask for figures that the portal has: a renamed metric would make an empty panel, or an alarm that never rings.</summary>
public sealed partial class DeployRulesTests
{
    private static readonly string[] Suffixes = ["_seconds", "_seconds_bucket", "_seconds_sum", "_seconds_count", "_bucket", "_sum", "_count", ""];

    [Fact]
    public void Deploy_EachMetricNamed_IsOneOfThePortals()
    {
        var known = SourceTree.Files("AiPortal", ".cs").Concat(SourceTree.Files("AiPortal.Core", ".cs"))
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value.Replace('.', '_'))).ToHashSet();
        var asked = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "deploy"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".json" or ".yml")
            .SelectMany(file => MetricName().Matches(File.ReadAllText(file)).Select(match => match.Value)).Distinct().ToList();

        Assert.True(asked.Count > 10);
        // Labels are words of the same kind.
        Assert.All(asked, name => Assert.True(
            Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal) && known.Contains(name[..^suffix.Length])), $"{name} is no metric or label of the portal"));
    }

    [Fact]
    public void Deploy_Dashboard_IsJsonWithAQueryInEachPanel()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "grafana", "aiportal.json")));
        Assert.All(dashboard.RootElement.GetProperty("panels").EnumerateArray(), panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray().ToList()));
    }

    [GeneratedRegex("\"((?:aiportal|gen_ai)[._][a-z_.]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("\\b(?:aiportal|gen_ai)_[a-z_]+")]
    private static partial Regex MetricName();
}
