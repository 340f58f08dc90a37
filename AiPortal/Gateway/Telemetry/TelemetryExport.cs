using AiPortal.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AiPortal.Gateway.Telemetry;

/// <summary>Sends spans and metrics to a collector by OTLP while the portal runs; what is left at the end is sent before it leaves.</summary>
internal sealed class TelemetryExport(TracingOptions options, PortalSettings settings) : IHostedService, IDisposable
{
    private const string Service = "aiportal";
    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Endpoint is null) return Task.CompletedTask;
        var resource = ResourceBuilder.CreateDefault().AddService(Service, serviceInstanceId: settings.Node);
        _tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(CallTracing.SourceName).AddOtlpExporter(exporter => Configure(exporter, "v1/traces")).Build();
        _meter = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter("AiPortal.*").AddOtlpExporter(exporter => Configure(exporter, "v1/metrics")).Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _tracer?.Dispose();
        _meter?.Dispose();
        (_tracer, _meter) = (null, null);
    }

    private void Configure(OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = options.Protocol;
        exporter.Headers = options.Headers;
        // Over HTTP each signal has a path of its own, and an endpoint given in code is taken as it is.
        exporter.Endpoint = options.Protocol == OtlpExportProtocol.Grpc ? options.Endpoint! : new Uri(options.Endpoint!.AbsoluteUri.TrimEnd('/') + "/" + path);
    }
}
