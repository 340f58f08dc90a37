using AiPortal.Core.Data;
using OpenTelemetry.Exporter;

namespace AiPortal.Gateway.Telemetry;

/// <summary><c>Portal:Otlp</c> and <c>Portal:Tracing</c>: where traces and metrics go, and whether providers are told of the trace.</summary>
/// <param name="Endpoint">Null: nothing is exported.</param>
/// <param name="Headers">As <c>name=value,name=value</c>; may hold a credential, never logged.</param>
/// <param name="ToProviders">W3C trace context goes on to providers.</param>
internal sealed record TracingOptions(Uri? Endpoint, OtlpExportProtocol Protocol, string? Headers, bool ToProviders)
{
    public static TracingOptions Read(IConfiguration configuration)
    {
        const string endpointKey = "Portal:Otlp:Endpoint";
        Uri? endpoint = null;
        if (configuration[endpointKey] is { Length: > 0 } text && (!Uri.TryCreate(text, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
            throw new StartFault(endpointKey, "must be an absolute http or https address.");
        return new TracingOptions(endpoint, ReadProtocol(configuration), configuration["Portal:Otlp:Headers"], Flag(configuration, "Portal:Tracing:ToProviders"));
    }

    private static OtlpExportProtocol ReadProtocol(IConfiguration configuration)
    {
        const string key = "Portal:Otlp:Protocol";
        return configuration[key] switch
        {
            null or "" or "grpc" => OtlpExportProtocol.Grpc,
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            _ => throw new StartFault(key, "must be grpc or http/protobuf."),
        };
    }

    private static bool Flag(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => false,
        { } text when bool.TryParse(text, out var flag) => flag,
        _ => throw new StartFault(key, "must be true or false."),
    };
}
