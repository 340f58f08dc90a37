namespace AiPortal.Tests.Rules;

/// <summary>Where the sources stand, found from where the tests run.</summary>
internal static class SourceTree
{
    internal static string Root { get; } = Find();

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
