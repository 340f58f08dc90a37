namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>A caller's own client library, which knows nothing but the portal's address and a key.</summary>
public interface IWayIn
{
    string Name { get; }

    /// <summary>Whether its dialect has a word for a tool that failed.</summary>
    bool KnowsFailedResults { get; }

    /// <summary>Whether its client raises the error that ends a stream; where it does not, the answer has no end.</summary>
    bool SeesBrokenStreams { get; }

    IConversation Begin(Uri portal, string secret, string model);

    /// <summary>How its client names what a call used.</summary>
    Counted Count(Tokens tokens);

    /// <summary>How its client says that an answer ended.</summary>
    string Word(Ending ending);

    /// <summary>How its client tells a failure of the provider's.</summary>
    Failure Word(Trouble trouble);
}

/// <summary>A conversation that the client library keeps: answers and their tool calls go back with the next step as it gives them.</summary>
public interface IConversation : IDisposable
{
    Task<Heard> AskAsync(Ask ask, bool stream);
}
