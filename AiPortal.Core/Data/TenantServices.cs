using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Data;

/// <summary>Registers who works with <see cref="TenantDb"/>.</summary>
public static class TenantServices
{
    /// <summary>A <see cref="TenantDb"/> in each scope, which sees what the reader of that scope may see.</summary>
    public static IServiceCollection AddTenantReads<TSight>(this IServiceCollection services) where TSight : class, ISight
    {
        services.AddScoped<TSight>();
        return services.AddScoped(scope => new TenantDb(scope.GetRequiredService<PortalDatabase>(), scope.GetRequiredService<TSight>()));
    }

    /// <summary>For what the portal does by itself or before anybody is signed in, and for the gate: its <see cref="TenantDb"/> sees the whole organization.</summary>
    public static IServiceCollection AddForPortal<T>(this IServiceCollection services) where T : class =>
        services.AddSingleton(Whole<T>);

    /// <summary>The same for what needs services of a scope.</summary>
    public static IServiceCollection AddScopedForPortal<T>(this IServiceCollection services) where T : class =>
        services.AddScoped(Whole<T>);

    private static T Whole<T>(IServiceProvider provider) where T : class =>
        ActivatorUtilities.CreateInstance<T>(provider, new TenantDb(provider.GetRequiredService<PortalDatabase>()));
}
