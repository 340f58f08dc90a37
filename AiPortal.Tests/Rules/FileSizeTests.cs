namespace AiPortal.Tests.Rules;

/// <summary>A file does one thing: the bounds at which it is divided.</summary>
public sealed class FileSizeTests
{
    /// <summary>Longer by decision, each with its reason.</summary>
    private static readonly Dictionary<string, int> Exceptions = [];

    [Theory]
    [InlineData("AiPortal.Core", ".cs", 300)]
    [InlineData("AiPortal", ".cs", 300)]
    [InlineData("AiPortal", ".razor", 200)]
    [InlineData("AiPortal", ".razor.cs", 250)]
    [InlineData("AiPortal.Tests", ".cs", 400)]
    public void Files_StayWithinTheirBound(string project, string ending, int bound)
    {
        var longer = SourceTree.Files(project, ending)
            .Select(file => (Name: Path.GetFileName(file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > Exceptions.GetValueOrDefault(file.Name, bound))
            .Select(file => $"{file.Name}: {file.Lines} lines, bound {bound}");
        Assert.Empty(longer);
    }

    [Fact]
    public void Types_HaveNoEmptyNames()
    {
        string[] words = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Common"];
        var faults = new[] { "AiPortal.Core", "AiPortal" }.SelectMany(project => SourceTree.Files(project, ".cs"))
            .Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => words.Any(word => name.EndsWith(word, StringComparison.Ordinal)));
        Assert.Empty(faults);
    }
}
