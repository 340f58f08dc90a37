using AiPortal.Core.Search;
using AiPortal.Shell;

namespace AiPortal.Search;

/// <summary>The command palette: from anywhere to any page or thing by a few letters.</summary>
internal static class SearchHost
{
    public static IServiceCollection AddSearchHost(this IServiceCollection services)
    {
        services.AddSingleton(new ShellPart(ShellPlace.TopBar, typeof(PaletteButton), Order: -1));
        services.AddSingleton(new ShellPart(ShellPlace.Layer, typeof(CommandPalette)));
        return services.AddSearch();
    }
}
