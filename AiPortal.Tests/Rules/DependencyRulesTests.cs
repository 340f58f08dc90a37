using System.Text.RegularExpressions;

namespace AiPortal.Tests.Rules;

/// <summary>
/// Who may use whom. This table is the document: an arrow that is not in it fails here with file, line and rule. A feature may always
/// use itself; nothing may use a feature that, by this table, uses it.
/// </summary>
public sealed partial class DependencyRulesTests
{
    /// <summary>Core, in the order in which things build on each other.</summary>
    private static readonly Dictionary<string, string[]> Core = new()
    {
        ["Money"] = [],
        ["Data"] = ["Money"],
        ["Jobs"] = [],
        ["Tenancy"] = ["Data"],
        ["Audit"] = ["Data", "Jobs", "Tenancy"],
        ["Access"] = ["Data", "Tenancy", "Audit"],
        ["Approvals"] = ["Money", "Data", "Jobs", "Tenancy", "Audit", "Access"],
        ["Bodies"] = ["Data", "Jobs", "Tenancy", "Audit", "Access"],
        ["Providers"] = ["Data", "Jobs", "Tenancy", "Audit", "Access", "Approvals"],
        ["Catalog"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Providers"],
        ["Keys"] = ["Money", "Data", "Jobs", "Tenancy", "Audit", "Access", "Approvals"],
        ["Ledger"] = ["Money", "Data", "Jobs", "Access", "Catalog"],
        ["Budgets"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Approvals", "Providers", "Keys", "Ledger"],
        ["Alerts"] = ["Money", "Data", "Jobs", "Tenancy", "Audit", "Access", "Providers", "Keys", "Ledger", "Budgets"],
        ["Organizations"] = ["Data", "Tenancy", "Audit", "Access", "Approvals", "Providers", "Keys", "Ledger", "Budgets"],
        ["Federation"] = ["Data", "Tenancy", "Audit", "Access", "Providers", "Organizations"],
        ["Routing"] = ["Money", "Data", "Jobs", "Tenancy", "Audit", "Access", "Providers", "Catalog", "Keys", "Ledger", "Budgets"],
        ["Environments"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Approvals", "Providers", "Keys", "Ledger", "Budgets", "Routing"],
        ["Gateway"] = ["Money", "Providers", "Catalog", "Keys", "Ledger", "Budgets", "Routing"],
        ["Analytics"] = ["Money", "Data", "Tenancy", "Access", "Providers", "Keys", "Ledger", "Budgets", "Alerts"],
        ["Billing"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Keys", "Ledger"],
        ["Vault"] = ["Data", "Audit", "Access"],
        ["Backups"] = ["Data", "Vault", "Ledger"],
        ["Compliance"] = ["Data", "Tenancy", "Audit", "Access", "Approvals", "Keys", "Ledger"],
        ["Focus"] = ["Money", "Data", "Tenancy", "Keys", "Catalog", "Ledger", "Billing"],
        ["Replays"] = ["Data"],
        ["Search"] = ["Data", "Tenancy", "Access", "Providers", "Catalog", "Keys", "Ledger", "Budgets", "Billing"],
        ["Records"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Providers", "Catalog", "Keys", "Ledger"],
        ["Demo"] = ["Money", "Data", "Tenancy", "Audit", "Access", "Providers", "Catalog", "Keys", "Ledger", "Budgets", "Billing", "Organizations"],
    };

    /// <summary>The host: what each folder may use of the host. Of Core it may use the feature of its name and what that may use.</summary>
    private static readonly Dictionary<string, string[]> Host = new()
    {
        ["Ui"] = [],
        ["Hosting"] = ["Shell"],
        ["Shell"] = ["Ui", "Access"],
        ["Search"] = ["Access", "Analytics", "Ui", "Shell"],
        ["Access"] = ["Shell", "Ui"],
        ["Api"] = ["Access", "Shell", "Ui", "Hosting"],
        ["Exports"] = [],
        ["Gateway"] = ["Hosting"],
        ["Jobs"] = [],
        ["Alerts"] = ["Access", "Api", "Hosting", "Ui", "Shell"],
        ["Analytics"] = ["Access", "Api", "Records", "Ui", "Shell"],
        ["Approvals"] = ["Access", "Api", "Ui", "Shell"],
        ["Audit"] = ["Access", "Api", "Exports", "Ui", "Shell"],
        ["Compliance"] = ["Access", "Api", "Audit", "Exports", "Ui", "Shell"],
        ["Billing"] = ["Access", "Api", "Exports", "Hosting", "Ui", "Shell"],
        ["Budgets"] = ["Access", "Analytics", "Api", "Ui", "Shell"],
        ["Catalog"] = ["Access", "Api", "Ui", "Shell"],
        ["Credentials"] = ["Access", "Api"],
        ["Demo"] = ["Hosting"],
        ["Environments"] = ["Access", "Api", "Ui", "Shell"],
        ["Federation"] = ["Access", "Api", "Ui", "Shell"],
        ["Keys"] = ["Access", "Api", "Ui", "Shell"],
        ["Ledger"] = ["Access", "Api", "Exports", "Ui", "Shell"],
        ["Organizations"] = ["Access", "Api", "Ui", "Shell"],
        ["Playground"] = ["Ui", "Shell"],
        ["Providers"] = ["Access", "Api", "Hosting", "Ui", "Shell"],
        ["Records"] = ["Access", "Api", "Ledger", "Ui", "Shell"],
        ["Routing"] = ["Access", "Api", "Ui", "Shell"],
        ["Vault"] = ["Access", "Api", "Ui", "Shell"],
    };

    /// <summary>Pages know use cases and read models, never what is beneath them.</summary>
    private static readonly string[] NotInPages = ["PortalDb", "PortalDatabase", "TenantDb", "HttpClient", "IConfiguration", "NpgsqlConnection"];

    [Fact]
    public void Core_EachArrow_IsInTheTable() => None(Faults("AiPortal.Core", Core, CoreName()));

    [Fact]
    public void Host_EachArrow_IsInTheTable() => None(Faults("AiPortal", Host, HostName()));

    [Fact]
    public void Core_NoTwoFeatures_UseEachOther()
    {
        foreach (var (feature, uses) in Core)
            Assert.All(uses, used => Assert.DoesNotContain(feature, Core[used]));
    }

    [Fact]
    public void Core_NeverSeesTheHost()
    {
        var faults = SourceTree.Files("AiPortal.Core", ".cs").SelectMany(file => Lines(file)
            .Where(line => WebName().IsMatch(line.Text) && !line.Text.Contains("Microsoft.AspNetCore.Identity", StringComparison.Ordinal))
            .Select(line => $"{file}:{line.Number}: Core must not see ASP.NET, Radzen or the host: {line.Text.Trim()}"));
        None(faults);
    }

    [Fact]
    public void Gateway_NeverSeesTheDatabase()
    {
        var folders = new[] { Path.Combine("AiPortal", "Gateway"), Path.Combine("AiPortal.Core", "Gateway") };
        var faults = folders.SelectMany(folder => SourceTree.Files(folder, ".cs")).SelectMany(file => Lines(file)
            .Where(line => DatabaseName().IsMatch(line.Text))
            .Select(line => $"{file}:{line.Number}: the gateway reads snapshots and writes to the journal: {line.Text.Trim()}"));
        None(faults);
    }

    [Fact]
    public void Pages_NeverSeeTheDatabase()
    {
        var faults = SourceTree.Files("AiPortal", ".razor").Concat(SourceTree.Files("AiPortal", ".razor.cs")).SelectMany(file => Lines(file)
            .Where(line => NotInPages.Any(name => Regex.IsMatch(line.Text, $@"\b{name}\b")))
            .Select(line => $"{file}:{line.Number}: a page calls a use case or a read model: {line.Text.Trim()}"));
        None(faults);
    }

    private static void None(IEnumerable<string> faults)
    {
        var found = faults.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    private static IEnumerable<string> Faults(string project, Dictionary<string, string[]> table, Regex name)
    {
        foreach (var file in SourceTree.Files(project, ".cs").Concat(SourceTree.Files(project, ".razor")))
        {
            var parts = SourceTree.Relative(file, project).Split(Path.DirectorySeparatorChar);
            if (parts.Length == 1) continue;
            if (!table.TryGetValue(parts[0], out var allowed))
            {
                yield return $"{file}: the folder {parts[0]} is not in the table";
                continue;
            }

            foreach (var (number, text) in Lines(file))
            {
                foreach (Match match in name.Matches(text))
                {
                    var used = match.Groups[1].Value;
                    if (used != parts[0] && table.ContainsKey(used) && !allowed.Contains(used))
                        yield return $"{file}:{number}: {parts[0]} may not use {used}";
                }
            }
        }
    }

    private static IEnumerable<(int Number, string Text)> Lines(string file) =>
        File.ReadLines(file).Select((text, index) => (index + 1, text)).Where(line => !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal));

    [GeneratedRegex(@"\bAiPortal\.Core\.([A-Z]\w+)")]
    private static partial Regex CoreName();

    [GeneratedRegex(@"\bAiPortal\.(?!Core\b)([A-Z]\w+)")]
    private static partial Regex HostName();

    [GeneratedRegex(@"\b(Microsoft\.AspNetCore|Radzen|AiPortal\.(?!Core\b|Migrations\b|Tests\b)[A-Z])")]
    private static partial Regex WebName();

    [GeneratedRegex(@"\b(EntityFrameworkCore|PortalDb|PortalDatabase|TenantDb|Npgsql)\b")]
    private static partial Regex DatabaseName();
}
