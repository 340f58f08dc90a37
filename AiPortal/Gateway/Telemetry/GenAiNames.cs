namespace AiPortal.Gateway.Telemetry;

/// <summary>The words of OpenTelemetry's GenAI conventions for what the portal names otherwise.</summary>
internal static class GenAiNames
{
    /// <summary><c>gen_ai.provider.name</c>; kinds the conventions do not know keep their own word.</summary>
    public static string Provider(string kind) => kind switch
    {
        "azure-openai" => "azure.ai.openai",
        "gemini" => "gcp.gemini",
        "mistral" => "mistral_ai",
        "moonshot" => "moonshot_ai",
        "xai" => "x_ai",
        _ => kind,
    };

    /// <summary><c>gen_ai.operation.name</c> of a request type.</summary>
    public static string Operation(string requestType) => requestType switch
    {
        "completion" => "text_completion",
        "embedding" => "embeddings",
        _ => requestType,
    };
}
