using System.Text.Json;

namespace AiPortal.Tests.Fixtures;

/// <summary>How turns must follow each other where functions are called.</summary>
internal static class GeminiTurnRules
{
    public static void Check(IReadOnlyList<JsonElement> contents, string model)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            var isModel = Role(contents[i]) == "model";
            var calls = Members(contents[i], "functionCall");
            var answers = i + 1 < contents.Count ? Members(contents[i + 1], "functionResponse") : [];
            if (calls.Count > 0)
            {
                GeminiWireRules.Check(isModel, "Function calls belong to the model.");
                foreach (var call in calls)
                {
                    GeminiWireRules.Names(call, "functionCall", ["id", "name", "args"]);
                    GeminiWireRules.Text(GeminiWireRules.Need(call, "name"));
                    GeminiWireRules.Check(GeminiWireRules.Get(call, "args") is null or { ValueKind: JsonValueKind.Object }, "Invalid value at 'args': a Struct is expected.");
                }

                GeminiWireRules.Check(i + 1 == contents.Count || answers.Count == calls.Count,
                    "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
                if (model.StartsWith("gemini-3", StringComparison.Ordinal)) CheckSeal(contents[i]);
            }

            CheckAnswers(Members(contents[i], "functionResponse"), i > 0 ? Members(contents[i - 1], "functionCall") : []);
        }

        GeminiWireRules.Check(Role(contents[^1]) != "model" || contents.Count == 1, "The last turn must be the user's.");
    }

    private static void CheckAnswers(IReadOnlyList<JsonElement> answers, IReadOnlyList<JsonElement> calls)
    {
        foreach (var answer in answers)
        {
            GeminiWireRules.Names(answer, "functionResponse", ["id", "name", "response", "parts", "willContinue", "scheduling"]);
            GeminiWireRules.Check(GeminiWireRules.Need(answer, "response").ValueKind == JsonValueKind.Object, "Invalid value at 'response': a Struct is expected.");
            var name = GeminiWireRules.Text(GeminiWireRules.Need(answer, "name"));
            var id = GeminiWireRules.Get(answer, "id") is { } given ? GeminiWireRules.Text(given) : null;
            GeminiWireRules.Check(calls.Any(call => GeminiWireRules.Text(GeminiWireRules.Need(call, "name")) == name && (GeminiWireRules.Get(call, "id") is not { } own || id is null || own.GetString() == id)),
                "Please ensure that function response turn comes immediately after a function call turn.");
        }
    }

    /// <summary>The first call of a turn must have its seal.</summary>
    private static void CheckSeal(JsonElement content)
    {
        var first = GeminiWireRules.List(content, "parts").First(part => GeminiWireRules.Get(part, "functionCall") is not null);
        GeminiWireRules.Check(GeminiWireRules.Get(first, "thoughtSignature") is not null, "Function call is missing a thought_signature in functionCall parts.");
    }

    private static string Role(JsonElement content) => GeminiWireRules.Get(content, "role") is { } role ? GeminiWireRules.Text(role) : "user";

    private static List<JsonElement> Members(JsonElement content, string name) =>
        [.. GeminiWireRules.List(content, "parts").Select(part => GeminiWireRules.Get(part, name)).Where(member => member is not null).Select(member => member!.Value)];
}
