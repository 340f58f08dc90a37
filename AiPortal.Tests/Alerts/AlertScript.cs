using System.Net;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Alerts;

/// <summary>Budgets of teams of their own, spend put on the ledger as its writer does it, and the alerts that follow.</summary>
internal static class AlertScript
{
    public static async Task<Guid> TeamAsync(this PortalHost host) => (await host.Admin.PostApiAsync("/teams", new { name = "T" + Ids.New(TimeProvider.System) })).Id;

    public static async Task<Guid> BudgetAsync(this PortalHost host, Guid team, decimal limit, string period = "total")
    {
        var made = await host.Admin.PostApiAsync("/cost/quotas", new { name = "Büdget", quota_type = "team", scope_id = team, total_quota = limit, period_type = period, action = "alert" });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Id;
    }

    /// <summary>In one transaction; rolled back unless <paramref name="commit"/>.</summary>
    public static async Task SpendAsync(this PortalHost host, Guid team, decimal cost, DateTimeOffset? at = null, bool commit = true, Guid? id = null)
    {
        var book = host.Services.GetRequiredService<LedgerBook>();
        var entry = Entry(host.OrganizationId, team, cost, at ?? TimeProvider.System.GetUtcNow(), id);
        await using var connection = await host.Database.Portal.System.OpenConnectionAsync();
        await book.PrepareAsync(connection, [entry.StartedAt], CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await book.AddAsync(connection, [entry], [], CancellationToken.None);
        if (!commit) return;
        await transaction.CommitAsync();
        result.Committed();
    }

    /// <summary>The alerts of a budget as threshold → how many, over all armings.</summary>
    public static async Task<Dictionary<decimal, int>> ThresholdsAsync(this PortalHost host, Guid budget) =>
        (await host.AlertsAsync(budget)).GroupBy(alert => alert.GetProperty("threshold").GetDecimal()).ToDictionary(group => group.Key, group => group.Count());

    public static async Task<List<System.Text.Json.JsonElement>> AlertsAsync(this PortalHost host, Guid budget)
    {
        var answer = await host.Admin.GetApiAsync($"/cost/alerts?limit=500&quota_id={budget}");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Data];
    }

    private static LedgerEntry Entry(Guid organization, Guid team, decimal cost, DateTimeOffset at, Guid? id) => new()
    {
        Id = id ?? Ids.New(TimeProvider.System),
        OrganizationId = organization,
        StartedAt = at,
        CreatedAt = at,
        RequestId = Ids.New(TimeProvider.System),
        Attempt = 1,
        Final = true,
        TeamId = team,
        ProviderName = "openai-main",
        ModelName = "gpt-5.4",
        RequestType = "chat",
        CostType = "ai_api",
        InputCost = cost,
        TotalCost = cost,
    };
}
