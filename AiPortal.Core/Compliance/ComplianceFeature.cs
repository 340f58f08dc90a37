using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Compliance;

/// <summary>Evidence for auditors.</summary>
public static class ComplianceFeature
{
    public static IServiceCollection AddCompliance(this IServiceCollection services)
    {
        services.AddScoped<EvidenceReader>();
        services.AddScoped<KeyAccessLog>();
        return services.AddSingleton<TakeEvidence>();
    }
}
