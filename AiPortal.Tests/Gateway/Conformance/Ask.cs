namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>One step of a conversation as an application means it, in words of no vendor; each way in says it through its own client.</summary>
public sealed record Ask
{
    /// <summary>Counts in the first step of a conversation.</summary>
    public string? System { get; init; }

    /// <summary>What the user says.</summary>
    public IReadOnlyList<Piece> Said { get; init; } = [];

    /// <summary>What tools answered to the calls of the step before.</summary>
    public IReadOnlyList<ToolAnswer> Results { get; init; } = [];

    public IReadOnlyList<Tool> Tools { get; init; } = [];

    /// <summary>One of the tools, or any, has to be called.</summary>
    public bool MustCall { get; init; }

    /// <summary>JSON schema of the answer.</summary>
    public string? Schema { get; init; }

    public int MaxOutput { get; init; } = 500;

    public decimal? Temperature { get; init; }

    public string? Stop { get; init; }
}

public abstract record Piece;

public sealed record Words(string Text) : Piece;

public sealed record Picture(string MediaType, string Base64) : Piece;

public sealed record PictureAt(string Url) : Piece;

/// <param name="Schema">JSON schema of an object.</param>
public sealed record Tool(string Name, string Description, string Schema);

/// <param name="Call">Counts the calls of the answer before from 0.</param>
public sealed record ToolAnswer(int Call, string Text, bool Failed = false);
