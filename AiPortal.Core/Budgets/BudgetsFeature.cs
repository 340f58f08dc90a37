using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Core.Budgets;

/// <summary>Limits on spend.</summary>
public static class BudgetsFeature
{
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.TryAddSingleton<BudgetBook>();
        services.AddSingleton<ILedgerFollower, BudgetPosting>();
        services.AddSingleton<IKeyBudgets, KeyBudgets>();
        services.AddSingleton<BudgetChanges>();
        services.AddSingleton<BudgetRefresh>();
        services.AddSingleton<CreateBudget>();
        services.AddSingleton<ChangeBudget>();
        services.AddSingleton<RemoveBudget>();
        services.AddSingleton<ResetBudget>();
        services.AddSingleton<BudgetList>();
        return services;
    }
}
