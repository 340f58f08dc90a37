using AiPortal.Core.Bodies;
using AiPortal.Core.Budgets;
using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Gateway.Sandbox;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Health;
using AiPortal.Core.Replays;
using AiPortal.Core.Routing;
using AiPortal.Core.Routing.Health;
using AiPortal.Gateway.Caching;
using AiPortal.Gateway.Telemetry;
using AiPortal.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AiPortal.Gateway;

/// <summary>The proxy endpoints and their pipeline.</summary>
internal static class GatewayFeature
{
    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        services.AddSingleton(provider => GatewayOptions.ReadChecks(provider.GetRequiredService<IConfiguration>()));
        services.AddCallRouting();
        services.AddSingleton(provider => JournalSettings.Read(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<PortalSettings>().DataDirectory));
        services.AddSingleton(provider => provider.GetRequiredService<PortalSettings>().Faults);
        services.AddSingleton(provider => new LedgerWriterOptions
        {
            Node = provider.GetRequiredService<PortalSettings>().Node,
            Faults = provider.GetRequiredService<FaultPoints>(),
        });
        services.AddLedger();
        // What dead processes left is on the ledger before budgets are read from it.
        services.AddStartStep<LedgerWriter>(StartSteps.Replay, (writer, token) => writer.StartAsync(token));
        services.AddStartStep<LedgerMetrics>(StartSteps.Replay, (_, _) => Task.CompletedTask);
        services.AddHostedService<LedgerLifetime>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddOptions<HostOptions>().Configure<GatewayOptions>((host, gateway) => host.ShutdownTimeout = gateway.Drain + Draining.Afterwards);
        services.AddSingleton(provider => LeaseSettings.Read(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<PortalSettings>().Node));
        services.AddStartStep<NodeLife>(StartSteps.Register, (node, token) => node.RegisterAsync(token));
        services.TryAddSingleton<LearnedOutput>(_ => new LearnedOutput());
        services.TryAddSingleton(SandboxPace.Believable);
        services.AddSingleton<SandboxUpstream>();
        services.AddSingleton(provider => GatewayOptions.Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<UpstreamClients>();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<BufferMemory>();
        services.AddSingleton<GenAiMetrics>();
        services.AddSingleton(provider => TracingOptions.Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<CallTracing>();
        services.AddHostedService<TelemetryExport>();
        services.AddSingleton<KeyLimits>();
        services.AddSingleton<AnswerStore>();
        services.AddSingleton<RepeatedAnswers>();
        services.AddSingleton<KeyAuthentication>();
        services.AddSingleton<BodyReading>();
        services.AddSingleton<Admission>();
        services.AddSingleton<PlainRelay>();
        services.AddSingleton<StreamRelay>();
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<ByteRelay>();
        services.AddSingleton<UpstreamCalls>();
        services.AddSingleton<Forwarding>();
        services.AddSingleton<Settling>();
        services.AddSingleton(provider => BodySettings.Read(provider.GetRequiredService<IConfiguration>()));
        services.AddBodies();
        services.AddSingleton<CallReplays>();
        services.AddSealed(new SealedColumn("call_replays", "answer", "call_replay:{id}", Expires: true));
        services.AddSingleton<RunningReplays>();
        services.AddSingleton<Replaying>();
        services.AddHostedService<ReplayUpkeep>();
        services.AddSingleton<CallAnswers>();
        services.AddSingleton<ResponsePins>();
        services.AddSingleton<StoredResponses>();
        services.AddSingleton<GatewayPipeline>();
        services.AddSingleton<TokenCounting>();
        services.AddSingleton<IReadinessCheck, GatewayReadiness>();
        services.AddSingleton<IHealthFigures, LedgerFigures>();
        services.AddStartStep<HealthMetrics>(StartSteps.Load, (_, _) => Task.CompletedTask);
        services.AddStartStep<SnapshotStore>(StartSteps.Load, (store, token) => store.ChangedAsync(token));
        return services;
    }
}
