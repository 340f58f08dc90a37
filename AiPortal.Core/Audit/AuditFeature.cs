using AiPortal.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Audit;

/// <summary>Reading and verifying the audit trail; every change writes it through the gate.</summary>
public static class AuditFeature
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services.AddSingleton<AuditSeals>().AddScoped<AuditList>().AddJob<AuditRetention>();
}
