namespace AiPortal.Core.Ledger;

/// <summary>Which calls will still bring entries to the ledger.</summary>
public interface IOpenCalls
{
    /// <summary>
    /// How many calls of the organization begun before <paramref name="at"/> are not on the ledger yet: running, or ended and
    /// still only in the journal.
    /// </summary>
    int OpenBefore(Guid organizationId, DateTimeOffset at);
}

/// <summary>For a process without a gateway.</summary>
public sealed class NoOpenCalls : IOpenCalls
{
    public int OpenBefore(Guid organizationId, DateTimeOffset at) => 0;
}
