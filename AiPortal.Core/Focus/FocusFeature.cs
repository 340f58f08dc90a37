using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Focus;

/// <summary>Charges in the shape of FinOps FOCUS.</summary>
public static class FocusFeature
{
    public static IServiceCollection AddFocus(this IServiceCollection services) => services.AddScoped<FocusReader>();
}
