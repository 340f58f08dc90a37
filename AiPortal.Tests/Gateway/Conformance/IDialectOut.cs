namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>A provider that speaks its own dialect by script, and checks what it is sent as strictly as the real one.</summary>
public interface IDialectOut : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The kind of its account, and the vendor of its price.</summary>
    string Kind { get; }

    /// <summary>Its own name of the model.</summary>
    string Model { get; }

    Uri BaseUrl { get; }

    /// <summary>Whether it has a word for a tool that failed.</summary>
    bool KnowsFailedResults { get; }

    /// <summary>Whether it has a word of its own for more calls than it can take, beside that of a failure.</summary>
    bool TellsOverload { get; }

    /// <summary>Rules of the dialect that a request has broken.</summary>
    IReadOnlyCollection<string> Faults { get; }

    Task StartAsync(string secret);

    /// <summary>What it answers from now on.</summary>
    void Script(Reply reply, bool stream);

    /// <summary>The id it gives to a call; null where it gives none.</summary>
    string? CallId(int call);

    /// <summary>What of the tokens its usage can tell.</summary>
    Tokens Tell(Tokens tokens);

    /// <summary>What an attempt asked, read from its wire.</summary>
    Transcript Read(Guid attempt);
}
