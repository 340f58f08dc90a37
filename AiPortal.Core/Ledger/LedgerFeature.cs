using AiPortal.Core.Data;
using AiPortal.Core.Jobs;
using AiPortal.Core.Ledger.Days;
using AiPortal.Core.Ledger.Health;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Ledger;

/// <summary>Journal, ledger and the writer between them.</summary>
public static class LedgerFeature
{
    /// <summary>
    /// The host gives <see cref="JournalOptions"/>, starts the <see cref="LedgerWriter"/> once the database is migrated and before
    /// calls are admitted, and stops it after the last call.
    /// </summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.TryAddSingleton<LiveSignals>();
        services.TryAddSingleton(_ => new LedgerWriterOptions { Node = $"{Environment.MachineName}-{Environment.ProcessId}" });
        services.AddSingleton(provider => Journal.Open(
            provider.GetRequiredService<JournalOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Journal>>()));
        services.Replace(ServiceDescriptor.Singleton<IOpenCalls>(provider => provider.GetRequiredService<Journal>()));
        services.AddSingleton<ILedgerFollower, UsageDayPosting>();
        services.AddSingleton<ILedgerFollower, LedgerSignals>();
        services.AddHostedService<SignalListener>();
        services.AddSingleton<LedgerBook>();
        services.AddSingleton<LedgerWriter>();
        services.AddSingleton<LedgerWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWatch>());
        services.AddSingleton<LedgerMetrics>();
        services.AddScoped<LedgerHealth>();
        services.AddJob<KeepMonthsReady>();
        services.AddJob<VerifyLedger>();
        services.AddJob<SummarizeCalls>();
        return services;
    }
}
