using System.Globalization;
using System.Text.Json;

namespace AiPortal.Core.Providers;

/// <summary>What is left of a prepaid account, in the vendor's currency (ISO 4217).</summary>
public sealed record VendorBalance(decimal Amount, string Currency)
{
    /// <summary>Where the vendor tells it; null where it has no such address.</summary>
    internal static string? PathOf(ProviderAccount account) => account.Kind switch
    {
        "deepseek" => "user/balance",
        "moonshot" => "users/me/balance",
        "openrouter" => "credits",
        _ => null,
    };

    /// <summary>Null for an answer of another shape.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    internal static VendorBalance? Read(ProviderAccount account, byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return account.Kind switch
        {
            // {"balance_infos":[{"currency":"CNY","total_balance":"110.00"}]}
            "deepseek" when Member(root, "balance_infos") is { ValueKind: JsonValueKind.Array } infos && infos.GetArrayLength() > 0
                && Number(Member(infos[0], "total_balance")) is { } total && Member(infos[0], "currency")?.GetString() is { Length: 3 } currency => new(total, currency),
            // {"data":{"available_balance":49.58}}
            "moonshot" when Number(Member(Member(root, "data"), "available_balance")) is { } left =>
                new(left, new Uri(account.BaseUrl!).Host.EndsWith(".cn", StringComparison.Ordinal) ? "CNY" : "USD"),
            // {"data":{"total_credits":100.5,"total_usage":25.75}}
            "openrouter" when Member(root, "data") is var data && Number(Member(data, "total_credits")) is { } bought && Number(Member(data, "total_usage")) is { } used => new(bought - used, "USD"),
            _ => null,
        };
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } it && it.TryGetProperty(name, out var member) ? member : null;

    private static decimal? Number(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var value) => value,
        { ValueKind: JsonValueKind.String } text when decimal.TryParse(text.GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var value) => value,
        _ => null,
    };
}
