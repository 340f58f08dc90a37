using AiPortal.Core.Access;
using AiPortal.Core.Approvals;
using AiPortal.Core.Budgets.Allocations;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Budgets.Requests;
using AiPortal.Core.Data;
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
        services.AddScoped<BudgetList>();
        services.AddScoped<ParentChoices>();
        services.AddSingleton<AskForBudget>();
        services.AddScoped<DecideBudgetRequest>();
        services.AddScoped<BudgetRequestList>();
        services.AddScoped<NodeList>();
        services.AddScoped<LeaseList>();
        services.AddSingleton<WriteOffNode>();
        return services.AddBudgetApprovals();
    }

    private static IServiceCollection AddBudgetApprovals(this IServiceCollection services)
    {
        services.AddApprovalKind(new ApprovalKind(BudgetRaise.Kind, HasAmount: true));
        services.AddSingleton<IApprovedAction, BudgetRequestAction>();
        services.AddApprovedAction<ChangeBudget, BudgetDraft>("budget.change", Permission.ManageBudgets,
            async (change, scope, id, draft, token) => IdOf(await change.WithinAsync(scope, id!.Value, _ => draft, token)), (change, id) => change.FinishAsync(id));
        services.AddApprovedAction<ResetBudget, Guid>("budget.reset", Permission.ManageBudgets,
            async (reset, scope, _, id, token) => IdOf(await reset.WithinAsync(scope, id, token)), (reset, id) => reset.FinishAsync(id));
        return services.AddApprovedAction<RemoveBudget, Guid>("budget.remove", Permission.ManageBudgets, (remove, scope, _, id, token) => remove.WithinAsync(scope, id, token));
    }

    private static Outcome<Guid> IdOf(Outcome<Budget> outcome) => outcome.Refusal is { } refusal ? refusal : outcome.Value.Id;
}
