using AiPortal.Core.Access;

namespace AiPortal.Hosting;

/// <summary>Start, stop, health, metrics, key ring.</summary>
internal static class HostingFeature
{
    public static IServiceCollection AddHosting(this IServiceCollection services)
    {
        services.AddKeyRing();
        services.AddSingleton<PrometheusText>();
        // It listens from the first call on, not from the first look.
        services.AddStartStep<PrometheusText>(StartSteps.People, (_, _) => Task.CompletedTask);
        services.AddSingleton<ProcessMetrics>();
        services.AddStartStep<ProcessMetrics>(StartSteps.People, (_, _) => Task.CompletedTask);
        services.AddSingleton<Readiness>();
        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton(provider => new RegistrationRule(provider.GetRequiredService<PortalSettings>().Registration));
        services.AddStartStep<FirstAdministrator>(StartSteps.People, (step, token) => step.RunAsync(token));
        return services;
    }
}
