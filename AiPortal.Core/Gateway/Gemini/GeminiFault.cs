using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Gateway.Translation;

namespace AiPortal.Core.Gateway.Gemini;

/// <summary>Reads Google's error object, such as <c>{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[…]}</c>.</summary>
internal static class GeminiFault
{
    private const int MaxMessage = 2048;
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(2);

    public static UpstreamErrorText Read(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String) return new UpstreamErrorText(Cut(error.GetString()), null, null, null);
        var status = error.Text("status");
        return new UpstreamErrorText(Cut(error.Text("message")), status == "RESOURCE_EXHAUSTED" ? "rate_limit_error" : null, Code(status), null) { RetryAfter = Delay(error) };
    }

    /// <summary>OpenAI's word where it has one that callers act on.</summary>
    private static string? Code(string? status) => status switch
    {
        "RESOURCE_EXHAUSTED" => "rate_limit_exceeded",
        "NOT_FOUND" => "model_not_found",
        _ => null,
    };

    // {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}
    private static TimeSpan? Delay(JsonElement error)
    {
        foreach (var detail in error.Items("details"))
        {
            if (detail.Text("retryDelay") is { } delay && delay.EndsWith('s')
                && decimal.TryParse(delay.AsSpan(0, delay.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
                return seconds < (decimal)MaxWait.TotalSeconds ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : MaxWait;
        }

        return null;
    }

    private static string? Cut(string? message) => message is { Length: > MaxMessage } ? message[..MaxMessage] : message;
}
