using AiPortal.Core.Budgets.Leases;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using AiPortal.Core.Routing;
using AiPortal.Hosting;

namespace AiPortal.Gateway;

/// <summary>Whether calls can be admitted: configuration loaded, journal able.</summary>
internal sealed class GatewayReadiness(SnapshotStore snapshots, Journal journal, LeaseTerm term, NodeLife node) : IReadinessCheck
{
    public string? Fault() => journal.State switch
    {
        _ when !snapshots.IsLoaded => "the configuration is not loaded",
        { Status: JournalStatus.Full } => "the journal is full: the database has not taken its entries",
        { Status: JournalStatus.Faulted } state => $"the journal's disk failed: {state.Fault}",
        _ => term.Fault,
    };

    public string? Warning() => node.Warning;
}
