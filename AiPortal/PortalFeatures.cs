using AiPortal.Access;
using AiPortal.Core.Routing;
using AiPortal.Hosting;
using AiPortal.Shell;

namespace AiPortal;

/// <summary>The features of the portal, one line each.</summary>
internal static class PortalFeatures
{
    public static void Add(IServiceCollection services)
    {
        services.AddHosting();
        services.AddShell();
        services.AddAccessHost();
        services.AddCallRouting();
    }

    public static void Map(WebApplication app)
    {
        app.UseShell();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapShell();
        app.MapHealth();
        app.MapAuth();
    }
}
