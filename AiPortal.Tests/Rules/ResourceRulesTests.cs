using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace AiPortal.Tests.Rules;

/// <summary>Every text of the portal is there in both languages.</summary>
public sealed partial class ResourceRulesTests
{
    /// <summary>Latin words that a Chinese reader of the field uses as they are.</summary>
    private static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "ZIP", "SHA", "SOC", "ISO", "AiPortal", "AI", "API", "APIs", "OpenAI", "Anthropic", "Gemini", "Azure", "SDK", "URL", "Token", "Tokens", "ID", "IP", "RPM", "TPM", "CSV", "Excel", "PDF", "PNG", "JSON", "HTTP", "RFC", "POST", "limit", "cursor", "HTTPS", "TLS",
        "USD", "CNY", "EUR", "UTC", "curl", "Python", "OpenAPI", "PostgreSQL", "Webhook", "GitHub", "SSO", "MB", "LDAP", "MCP", "CIDR", "QR", "Base", "Bearer", "Chromium", "xlsx", "k", "M", "ms", "s",
        "yyyy", "HH", "mm", "ss", "d",
        "DN", "Bind", "PEM", "StartTLS", "libldap", "PrivateUpstreams", "Active", "Directory", "entryUUID", "objectGUID", "member", "memberOf", "mail", "ldaps", "Portal", "OpenID", "Connect", "OAuth", "sub", "email", "email_verified",
    };

    public static TheoryData<string> NeutralFiles()
    {
        var files = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(SourceTree.Root, "*.resx", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(SourceTree.Root, file).Replace('\\', '/');
            if (!path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal) && !path.EndsWith(".zh-CN.resx", StringComparison.Ordinal))
                files.Add(path);
        }

        return files;
    }

    [Fact]
    public void Resources_AreFound_WhereTheRuleLooks() => Assert.NotEmpty(NeutralFiles());

    [Theory]
    [MemberData(nameof(NeutralFiles))]
    public void ResourceFile_HasChineseTwin_WithTheSameKeysAndPlaces(string path)
    {
        var chinesePath = path.Replace(".resx", ".zh-CN.resx", StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(SourceTree.Root, chinesePath)), $"{path} has no {chinesePath}");
        var english = Read(path);
        var chinese = Read(chinesePath);

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, value) in english)
        {
            Assert.False(string.IsNullOrWhiteSpace(value), $"{path}: {key} is empty");
            Assert.False(string.IsNullOrWhiteSpace(chinese[key]), $"{chinesePath}: {key} is empty");
            Assert.True(Places(value).SetEquals(Places(chinese[key])), $"{chinesePath}: {key} has other places ({{0}} …) than the English");
        }
    }

    [Theory]
    [MemberData(nameof(NeutralFiles))]
    public void ChineseText_HasNoEnglishLeft(string path)
    {
        var chinesePath = path.Replace(".resx", ".zh-CN.resx", StringComparison.Ordinal);
        var leftovers = Read(chinesePath)
            .SelectMany(text => Words().Matches(Code().Replace(text.Value, "")).Select(word => (text.Key, word.Value)))
            .Where(word => !Allowed.Contains(word.Value))
            .Select(word => $"{chinesePath}: {word.Key} says '{word.Value}'")
            .ToList();
        Assert.True(leftovers.Count == 0, string.Join(Environment.NewLine, leftovers));
    }

    private static Dictionary<string, string> Read(string path) => XDocument.Load(Path.Combine(SourceTree.Root, path)).Root!
        .Elements("data")
        .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(place => place.Value)];

    [GeneratedRegex(@"[A-Za-z]+")]
    private static partial Regex Words();

    /// <summary>Names of things as a machine spells them: `in backticks`, /paths, places for values, snake_case, names with a digit or hyphen such as gpt-4.1 and zh-CN.</summary>
    [GeneratedRegex(@"`[^`]*`|\{[^}]*\}|(?<![A-Za-z])/[A-Za-z0-9/_{}.-]+|[A-Za-z]+(?:[-_.][A-Za-z0-9]+)+|[A-Za-z]+\d[A-Za-z0-9.]*")]
    private static partial Regex Code();

    [GeneratedRegex(@"\{\d+")]
    private static partial Regex Place();
}
