namespace AiPortal.Core.Demo;

/// <summary>A model at an account of the plan, and how often it is chosen.</summary>
internal sealed record DemoModel(string Kind, string Name, double Share, bool Reasons = false);

/// <summary>What a kind of application asks for. Sizes are tokens, shares from 0 to 1.</summary>
internal sealed record DemoWorkload
{
    private static readonly double[] Office = [0, 0, 0, 0, 0, 0, 1, 3, 8, 12, 13, 12, 8, 10, 12, 11, 9, 6, 3, 2, 1, 1, 0, 0];
    private static readonly double[] Night = [6, 12, 14, 12, 8, 5, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 2, 3, 4, 5];
    private static readonly double[] AlwaysOpen = [2, 1, 1, 1, 1, 2, 4, 6, 9, 11, 11, 10, 9, 9, 10, 10, 9, 8, 7, 6, 5, 4, 3, 2];

    public static readonly DemoWorkload Assistant = new()
    {
        Hours = Office,
        Weekend = 0.12,
        Input = (600, 5000),
        Output = (150, 900),
        Cached = 0.3,
        Streamed = 0.9,
        Models = [new("openai", "gpt-5-mini", 6, true), new("openai", "gpt-5.4", 3, true), new("anthropic", "claude-haiku-4-5", 2)],
    };

    public static readonly DemoWorkload Coding = new()
    {
        Hours = Office,
        Weekend = 0.1,
        Input = (12_000, 150_000),
        Output = (400, 4200),
        Cached = 0.75,
        Streamed = 1,
        Models = [new("anthropic", "claude-sonnet-4-6", 6), new("openai", "gpt-5.4", 3, true), new("dashscope", "qwen3-coder-plus", 2)],
    };

    public static readonly DemoWorkload Batch = new()
    {
        Hours = Night,
        Weekend = 0.7,
        Input = (1800, 14_000),
        Output = (120, 700),
        Cached = 0.2,
        Streamed = 0,
        Models = [new("deepseek", "deepseek-v4-flash", 5), new("openai", "gpt-5-mini", 3, true), new("openai", "gpt-5.4-mini", 2, true)],
    };

    public static readonly DemoWorkload Service = new()
    {
        Hours = AlwaysOpen,
        Weekend = 0.45,
        Input = (900, 7000),
        Output = (90, 600),
        Cached = 0.55,
        Streamed = 0.7,
        Models = [new("openai", "gpt-5.4-mini", 6, true), new("anthropic", "claude-haiku-4-5", 3), new("openai", "gpt-5-mini", 2, true)],
    };

    public static readonly DemoWorkload Reasoning = new()
    {
        Hours = Office,
        Weekend = 0.15,
        Input = (6000, 60_000),
        Output = (600, 3600),
        Cached = 0.25,
        Streamed = 0.4,
        Models = [new("openai", "gpt-5.4", 5, true), new("anthropic", "claude-sonnet-4-6", 3), new("deepseek", "deepseek-v4-pro", 3, true)],
    };

    public static readonly DemoWorkload Plant = new()
    {
        Hours = AlwaysOpen,
        Weekend = 0.5,
        Input = (800, 9000),
        Output = (120, 900),
        Cached = 0.35,
        Streamed = 0.6,
        Models = [new("dashscope", "qwen3-max", 5), new("deepseek", "deepseek-v4-flash", 4), new("dashscope", "qwen-plus", 3)],
    };

    public static readonly DemoWorkload Sandbox = new()
    {
        Hours = Office,
        Weekend = 0,
        Input = (200, 3000),
        Output = (80, 500),
        Cached = 0,
        Streamed = 0.5,
        Models = [new("sandbox", "sandbox-small", 6), new("sandbox", "sandbox-large", 1)],
    };

    /// <summary>How calls spread over the hours of a local day.</summary>
    public required IReadOnlyList<double> Hours { get; init; }

    /// <summary>A Saturday's or Sunday's part of a working day.</summary>
    public required double Weekend { get; init; }

    public required (int Least, int Most) Input { get; init; }

    /// <summary>Without reasoning.</summary>
    public required (int Least, int Most) Output { get; init; }

    /// <summary>The part of the input that the vendor's cache tends to have.</summary>
    public required double Cached { get; init; }

    public required double Streamed { get; init; }

    public required IReadOnlyList<DemoModel> Models { get; init; }

    public DemoModel Choose(DemoDice dice)
    {
        var point = dice.Next() * Models.Sum(model => model.Share);
        foreach (var model in Models)
        {
            point -= model.Share;
            if (point < 0) return model;
        }

        return Models[^1];
    }
}
