using AiPortal.Core.Demo;
using AiPortal.Hosting;

namespace AiPortal.Demo;

/// <summary>Seeds the demo at start where the settings ask for it.</summary>
internal static class DemoHost
{
    public static IServiceCollection AddDemoHost(this IServiceCollection services)
    {
        services.AddDemo();
        services.AddSingleton(new StartStep(StartSteps.Demo, (provider, token) =>
            provider.GetRequiredService<PortalSettings>().Demo ? provider.GetRequiredService<SeedDemo>().RunAsync(token) : Task.CompletedTask));
        return services;
    }
}
