using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace AiPortal.Core.Budgets;

/// <summary>Limits on spend.</summary>
public static class BudgetsFeature
{
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.TryAddSingleton<LeaseOptions>();
        services.AddSingleton<LeaseTerm>();
        services.AddSingleton<LeaseMetrics>();
        services.AddSingleton<ILeaseBank, LeaseBank>();
        services.AddSingleton(provider => new BudgetBook(
            provider.GetRequiredService<ILeaseBank>(), provider.GetRequiredService<LeaseTerm>(), provider.GetRequiredService<LeaseOptions>(),
            provider.GetRequiredService<LeaseMetrics>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<BudgetBook>>()));
        services.AddHostedService<LeaseListener>();
        services.AddSingleton<NodeLife>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeLife>());
        services.AddSingleton<ILedgerFollower, BudgetPosting>();
        services.AddSingleton<IKeyBudgets, KeyBudgets>();
        services.AddSingleton<BudgetChanges>();
        services.AddSingleton<BudgetRefresh>();
        services.AddSingleton<CreateBudget>();
        services.AddSingleton<ChangeBudget>();
        services.AddSingleton<RemoveBudget>();
        services.AddSingleton<ResetBudget>();
        services.AddSingleton<BudgetList>();
        services.AddSingleton<ParentChoices>();
        services.AddSingleton<AskForBudget>();
        services.AddSingleton<DecideBudgetRequest>();
        services.AddSingleton<BudgetRequestList>();
        services.AddSingleton<NodeList>();
        services.AddSingleton<LeaseList>();
        services.AddSingleton<WriteOffNode>();
        return services;
    }
}
