using System.Net.Http.Headers;
using System.Text.Json;

namespace AiPortal.Core.Providers;

/// <summary>How an account of each dialect is asked for its models, and what it answers.</summary>
internal static class ModelListRequest
{
    private const int MaxModels = 1000;
    private const int MaxName = 256;
    private const string GeminiPrefix = "models/";

    /// <param name="account">Whom to ask.</param>
    /// <param name="key">Null: without a credential.</param>
    /// <param name="path">What to ask for, from the root of the dialect; null: the models.</param>
    public static HttpRequestMessage Make(ProviderAccount account, string? key, string? path = null)
    {
        var kind = KindOf(account);
        path ??= kind.Dialect switch
        {
            ProviderDialect.OpenAi or ProviderDialect.Sandbox => "models",
            ProviderDialect.Anthropic => "v1/models?limit=1000",
            ProviderDialect.Gemini => "v1beta/models?pageSize=1000",
        };
        var request = new HttpRequestMessage(HttpMethod.Get, kind.Root(account.BaseUrl!).At(path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (kind.Dialect == ProviderDialect.Anthropic) request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");
        if (key is null) return request;
        _ = kind.KeyHeader switch
        {
            KeyHeader.Bearer => request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key),
            KeyHeader.XApiKey => request.Headers.TryAddWithoutValidation("x-api-key", key),
            KeyHeader.ApiKey => request.Headers.TryAddWithoutValidation("api-key", key),
            KeyHeader.XGoogApiKey => request.Headers.TryAddWithoutValidation("x-goog-api-key", key),
        };
        return request;
    }

    /// <summary>Reads <c>{"data":[{"id":"gpt-4.1"}]}</c>, of Google <c>{"models":[{"name":"models/gemini-2.5-pro"}]}</c>; null for anything else.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static IReadOnlyList<string>? Read(ProviderAccount account, byte[] body)
    {
        var isGemini = KindOf(account).Dialect == ProviderDialect.Gemini;
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(isGemini ? "models" : "data", out var data) || data.ValueKind != JsonValueKind.Array)
            return null;
        return [.. data.EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(isGemini ? "name" : "id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null)
            .Select(name => isGemini && name?.StartsWith(GeminiPrefix, StringComparison.Ordinal) == true ? name[GeminiPrefix.Length..] : name)
            .Where(name => name is { Length: > 0 and <= MaxName } && !name.Any(char.IsControl))
            .Cast<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxModels)];
    }

    private static ProviderKind KindOf(ProviderAccount account) =>
        ProviderKinds.Find(account.Kind) ?? throw new InvalidOperationException($"The kind '{account.Kind}' is not known.");
}
