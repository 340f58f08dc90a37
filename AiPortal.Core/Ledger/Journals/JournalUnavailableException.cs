namespace AiPortal.Core.Ledger.Journals;

/// <summary>The journal cannot take another intent (full, faulted or closed), so the call must not be sent: 503.</summary>
public sealed class JournalUnavailableException : Exception
{
    public JournalUnavailableException()
    {
    }

    public JournalUnavailableException(string message)
        : base(message)
    {
    }

    public JournalUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
