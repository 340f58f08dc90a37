using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Keys;

/// <summary>Virtual keys.</summary>
public static class KeysFeature
{
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<IssueKey>();
        services.AddSingleton<ChangeKey>();
        services.AddSingleton<ChangeKeyStatus>();
        services.AddSingleton<RegenerateKey>();
        services.AddSingleton<RemoveKey>();
        services.AddSingleton<KeyList>();
        return services;
    }
}
