using AiPortal.Core.Budgets.Leases;

namespace AiPortal.Benchmarks.Admission;

/// <summary>Grants whatever it is asked for, and a trillion dollars more: what is timed never comes here.</summary>
internal sealed class AmpleBank : ILeaseBank
{
    private const decimal Slice = 1_000_000_000_000;

    public Guid NodeId { get; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public Task<IReadOnlyList<LeaseAnswer>> TakeAsync(IReadOnlyList<LeaseAsk> asks, CancellationToken token) =>
        Task.FromResult<IReadOnlyList<LeaseAnswer>>([.. asks.Select(ask => new LeaseAnswer(
            LeaseOutcome.Granted, new LeaseStanding(ask.Epoch + 1, Slice, 0), Slice, 0, 0, Slice, 1, []))]);

    public Task<IReadOnlyList<LeaseStanding>> ReturnAsync(IReadOnlyList<LeaseReturn> returns, IReadOnlyList<LeaseRecall> done, CancellationToken token) =>
        Task.FromResult<IReadOnlyList<LeaseStanding>>([.. returns.Select(giving => new LeaseStanding(giving.Epoch + 1, Slice, 0))]);

    public Task RecallAsync(IReadOnlyList<LeaseRecall> recalls, CancellationToken token) => Task.CompletedTask;
}
