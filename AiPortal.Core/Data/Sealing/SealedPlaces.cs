using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Data.Sealing;

/// <summary>Each feature names the columns in which it keeps sealed secrets, so that a new master key reaches them.</summary>
public static class SealedPlaces
{
    public static IServiceCollection AddSealed(this IServiceCollection services, params ReadOnlySpan<SealedColumn> columns)
    {
        foreach (var column in columns) services.AddSingleton<ISealedPlace>(column);
        return services;
    }
}
