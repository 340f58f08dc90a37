using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Gemini;
using AiPortal.Core.Routing;

namespace AiPortal.Gateway;

/// <summary>The models a key may ask for, as Google lists them: <c>{"models":[{"name":"models/gemini-2.5-pro",…}],"nextPageToken":"50"}</c>.</summary>
internal static class GeminiModels
{
    private const int DefaultPage = 50;
    private const int LargestPage = 1000;

    public static Task ListAsync(HttpContext context, KeyAuthentication authentication, TimeProvider clock) => WithKeyAsync(context, authentication, clock, call =>
    {
        var size = Number(context, "pageSize") ?? DefaultPage;
        var from = Number(context, "pageToken") ?? 0;
        if (size < 0 || from < 0)
            return CallAnswers.WriteAsync(context, GeminiErrors.Shape, call.RequestId, GatewayFailures.Refuse(GatewayFailure.BodyInvalid, "'pageSize' and 'pageToken' must be those of this list."));
        size = size == 0 ? DefaultPage : Math.Min(size, LargestPage);
        var models = AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt);
        return JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var (model, account) in models.Skip(from).Take(size)) Write(json, call, model, account);
            json.WriteEndArray();
            if (from + size < models.Count) json.WriteString("nextPageToken", (from + size).ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        });
    });

    public static Task OneAsync(HttpContext context, string id, KeyAuthentication authentication, TimeProvider clock) => WithKeyAsync(context, authentication, clock, call =>
    {
        var name = GeminiModelName.Bare(id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        var found = AttemptPlanner.Models(call.Snapshot, call.Key!, call.StartedAt).FirstOrDefault(entry => entry.Model == name);
        return found.Account is null
            ? CallAnswers.WriteAsync(context, GeminiErrors.Shape, call.RequestId, GatewayFailures.Refuse(GatewayFailure.ModelUnknown, name) with { Param = "model" })
            : JsonAsync(context, json => Write(json, call, found.Model, found.Account));
    });

    private static Task WithKeyAsync(HttpContext context, KeyAuthentication authentication, TimeProvider clock, Func<GatewayCall, Task> answer)
    {
        var call = new GatewayCall(context, GenerateContentOperation.Instance, default, Ids.New(clock), clock.GetUtcNow(), clock.GetTimestamp());
        return authentication.Authenticate(call) is { } refusal ? CallAnswers.WriteAsync(context, GeminiErrors.Shape, call.RequestId, refusal) : answer(call);
    }

    /// <summary>Null where it is not given, -1 where it is no number.</summary>
    private static int? Number(HttpContext context, string name) => context.Request.Query[name].ToString() switch
    {
        "" => null,
        var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1,
    };

    private static void Write(Utf8JsonWriter json, GatewayCall call, string model, AccountSnapshot account)
    {
        var price = call.Snapshot.Prices.Find(call.Key!.Organization.Id, account.Id, account.Kind.Kind, account.Upstream(model), call.StartedAt);
        json.WriteStartObject();
        json.WriteString("name", GeminiModelName.Resource(model));
        json.WriteString("baseModelId", model);
        json.WriteString("version", "");
        json.WriteString("displayName", model);
        if (price?.ContextWindow is { } window) json.WriteNumber("inputTokenLimit", window);
        if (price?.MaxOutput is { } most) json.WriteNumber("outputTokenLimit", most);
        json.WriteStartArray("supportedGenerationMethods");
        foreach (var method in (string[])["generateContent", "streamGenerateContent", "countTokens"]) json.WriteStringValue(method);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer)) write(json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
