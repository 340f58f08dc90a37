using AiPortal.Access;
using AiPortal.Alerts;
using AiPortal.Analytics;
using AiPortal.Api;
using AiPortal.Approvals;
using AiPortal.Audit;
using AiPortal.Billing;
using AiPortal.Budgets;
using AiPortal.Budgets.Requests;
using AiPortal.Catalog;
using AiPortal.Compliance;
using AiPortal.Core.Analytics;
using AiPortal.Core.Audit;
using AiPortal.Core.Backups;
using AiPortal.Core.Budgets;
using AiPortal.Core.Catalog;
using AiPortal.Core.Compliance;
using AiPortal.Core.Environments;
using AiPortal.Core.Focus;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Organizations;
using AiPortal.Core.Records;
using AiPortal.Core.Vault;
using AiPortal.Credentials;
using AiPortal.Demo;
using AiPortal.Environments;
using AiPortal.Federation;
using AiPortal.Federation.Providers;
using AiPortal.Gateway;
using AiPortal.Hosting;
using AiPortal.Jobs;
using AiPortal.Keys;
using AiPortal.Ledger;
using AiPortal.Organizations;
using AiPortal.Providers;
using AiPortal.Records;
using AiPortal.Routing;
using AiPortal.Search;
using AiPortal.Shell;
using AiPortal.Vault;

namespace AiPortal;

/// <summary>The features of the portal, one line each.</summary>
internal static class PortalFeatures
{
    public static void Add(IServiceCollection services)
    {
        services.AddHosting();
        services.AddJobsHost();
        services.AddShell();
        services.AddAccessHost();
        services.AddApi();
        services.AddAnalytics();
        services.AddApprovalsHost();
        services.AddAudit();
        services.AddBackups();
        services.AddBillingHost();
        services.AddBudgets();
        services.AddAlertsHost();
        services.AddCompliance();
        services.AddCatalog().AddStartStep<SeedBuiltInPrices>(StartSteps.Seed, (seed, token) => seed.RunAsync(token));
        services.AddDemoHost();
        services.AddEnvironments();
        services.AddFederationHost();
        services.AddFocus();
        services.AddGateway();
        services.AddKeys();
        services.AddLedgerReads();
        services.AddOrganizations();
        services.AddProvidersHost();
        services.AddRecords();
        services.AddSearchHost();
        services.AddVault().AddStartStep<MasterKeyKeeper>(StartSteps.Seed, (keeper, token) => keeper.RefreshAsync(quick: true, token));
    }

    public static void Map(WebApplication app)
    {
        app.UseShell();
        app.UseApi();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapShell();
        app.MapHealth();
        app.MapAuth();
        ProviderDoor.Map(app);
        DownloadTickets.Map(app);
        app.MapGateway();
        app.MapAnthropic();
        app.MapGemini();

        var api = app.MapApi();
        api.MapAlerting();
        api.MapAlerts();
        api.MapAnalytics();
        api.MapApprovals();
        api.MapAudit();
        api.MapBills();
        api.MapCompliance();
        api.MapCalls();
        api.MapDashboard();
        api.MapEnvironmentCopies();
        api.MapFederation();
        api.MapKeys();
        api.MapNodes();
        api.MapLedgerHealth();
        api.MapOrganizations();
        api.MapPrices();
        api.MapProviders();
        api.MapQuotas();
        api.MapQuotaRequests();
        api.MapRecords();
        api.MapCorrections();
        api.MapRoutes();
        api.MapImports();
        api.MapServiceTokens();
        api.MapVault();
    }
}
