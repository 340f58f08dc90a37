namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>A conversation of one step or more, and what the model says to each.</summary>
public sealed record Scenario(string Name, params (Ask Ask, Reply Reply)[] Steps);

/// <summary>What every way in must get from every dialect out.</summary>
public static class Scenarios
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private static readonly Tool Weather = new("get_weather", "Tells the weather", """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}""");
    private static readonly Tool Clock = new("get_time", "Tells the time", """{"type":"object","properties":{"zone":{"type":"string"}}}""");

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("text",
            (new Ask { System = "Be brief", Said = [new Words("Hello 漢字")], MaxOutput = 100, Temperature = 0.5m, Stop = "END" },
                new Reply { Text = ["Hel", "lo, ", "漢字 \"quoted\"\n", "and 🙂"] }),
            (new Ask { Said = [new Words("Go on")], MaxOutput = 100 },
                new Reply { Text = ["So ", "be it"], Tokens = new(7, 0, 0, 3, 0), PieceBytes = int.MaxValue })),

        new("tool call and result",
            (new Ask { System = "Use tools", Said = [new Words("Weather in 東京?")], Tools = [Weather, Clock], MustCall = true },
                new Reply { Calls = [new ScriptedCall("get_weather", "{\"city\":", "\"東京\",", "\"days\":2}")], Ending = Ending.Called }),
            (new Ask { Results = [new ToolAnswer(0, "22 °C, \"sunny\"")], Tools = [Weather, Clock] },
                new Reply { Text = ["It is ", "22 °C"], Tokens = new(1200, 0, 0, 9, 0) })),

        new("parallel tools",
            (new Ask { Said = [new Words("Paris, Rome, and the time?")], Tools = [Weather, Clock] },
                new Reply
                {
                    Text = ["Let me ", "look. "],
                    Calls = [new ScriptedCall("get_weather", "{\"city\"", ":\"Paris\"}"), new ScriptedCall("get_weather", "{\"city\":\"Rome\"}"), new ScriptedCall("get_time", "{}")],
                    Ending = Ending.Called,
                }),
            (new Ask
            {
                Results = [new ToolAnswer(0, "{\"celsius\":22,\"sky\":[\"clear\"]}"), new ToolAnswer(1, "no such city", Failed: true), new ToolAnswer(2, "12:00")],
                Said = [new Words("And in words?")],
                Tools = [Weather, Clock],
            },
                new Reply { Text = ["22 in Paris"] })),

        new("images",
            (new Ask { Said = [new Words("Which is larger?"), new Picture("image/png", Pixel), new PictureAt("https://example.com/pictures/b.jpg"), new Words("Say why")] },
                new Reply { Text = ["The ", "second"] })),

        new("JSON schema",
            (new Ask
            {
                Said = [new Words("Fruits?")],
                Schema = """
                {"type":"object","properties":{"fruits":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"kind":{"type":"string","enum":["berry","stone"]}},
                "required":["name","kind"],"additionalProperties":false}}},"required":["fruits"],"additionalProperties":false}
                """,
            },
                new Reply { Text = ["{\"fruits\":", "[{\"name\":\"fig\",", "\"kind\":\"berry\"}]}"] })),

        new("long answer",
            (new Ask { Said = [new Words("Tell it all")], MaxOutput = 30_000 },
                new Reply { Text = [.. Enumerable.Range(0, 1500).Select(piece => $"piece {piece} 漢\n")], Tokens = new(11, 0, 0, 20_000, 0), PieceBytes = 4099 })),

        new("long arguments",
            (new Ask { Said = [new Words("Write it")], Tools = [Weather] },
                new Reply { Calls = [new ScriptedCall("get_weather", ["{\"city\":\"", .. Enumerable.Range(0, 1000).Select(piece => $"漢{piece} "), "\"}"])], Ending = Ending.Called, PieceBytes = 4099 })),

        new("cut by its bound",
            (new Ask { Said = [new Words("Tell it all")], MaxOutput = 16 }, new Reply { Text = ["Once upon", " a ti"], Ending = Ending.Length, Tokens = new(11, 0, 0, 16, 0) })),

        .. Enum.GetValues<Trouble>().Select(trouble => new Scenario(
            "error: " + trouble, (new Ask { Said = [new Words("Hello")] }, new Reply { Trouble = trouble, Text = ["some ", "words ", "and more"] }))),
    ];
}
