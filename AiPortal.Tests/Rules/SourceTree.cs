namespace AiPortal.Tests.Rules;

/// <summary>Where the sources stand, found from where the tests run.</summary>
internal static class SourceTree
{
    internal static string Root { get; } = Find();

    private static readonly string[] Made = ["bin", "obj", "build", "wwwroot", "node_modules"];

    /// <summary>Files below a folder of the repository whose names end so; what a build made is left out.</summary>
    internal static IEnumerable<string> Files(string folder, string ending) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*" + ending, SearchOption.AllDirectories)
            .Where(file => file.EndsWith(ending, StringComparison.Ordinal) && !Relative(file, folder).Split(Path.DirectorySeparatorChar).Any(Made.Contains));

    internal static string Relative(string file, string folder) => Path.GetRelativePath(Path.Combine(Root, folder), file);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AiPortal.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("AiPortal.sln is not above the tests.");
    }
}
