using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Demo;

/// <summary>The made-up organization that makes every page live before any real call.</summary>
public static class DemoFeature
{
    public static IServiceCollection AddDemo(this IServiceCollection services) => services.AddSingleton<SeedDemo>();
}
