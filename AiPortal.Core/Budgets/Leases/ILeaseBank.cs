using AiPortal.Core.Money;

namespace AiPortal.Core.Budgets.Leases;

/// <summary>Asks for a slice of a cell, in USD.</summary>
/// <param name="Key">The cell.</param>
/// <param name="PeriodEnd">Of the cell's period.</param>
/// <param name="Calendar">By which the period was made.</param>
/// <param name="Epoch">The last take or return that is known.</param>
/// <param name="Need">Less than this is no use.</param>
/// <param name="Sum">What all who wait need together.</param>
/// <param name="Exact">No more than the sum: it has become scarce.</param>
internal readonly record struct LeaseAsk(
    BudgetCellKey Key, DateTimeOffset PeriodEnd, OrganizationCalendar Calendar, long Epoch, decimal Need, decimal Sum, bool Exact);

/// <summary>A node's lease on a cell, in USD.</summary>
/// <param name="Epoch">The last take or return.</param>
/// <param name="Taken">Running total of takes less returns.</param>
/// <param name="Drained">Running total of what its calls were drained.</param>
internal readonly record struct LeaseStanding(long Epoch, decimal Taken, decimal Drained);

/// <summary>How an ask ended.</summary>
internal enum LeaseOutcome
{
    Granted,

    /// <summary>Less is free than is needed.</summary>
    Refused,

    /// <summary>There is no such limit any more.</summary>
    Unlimited,

    /// <summary>The epoch was not the last one.</summary>
    Epoch,

    /// <summary>The organization's calendar has changed.</summary>
    Calendar,

    /// <summary>The node was given up.</summary>
    WrittenOff,
}

/// <summary>An answer, in USD. Amounts are those after the grant; they mean nothing where there is no limit or no calendar.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Standing">Of this node's lease.</param>
/// <param name="Limit">In force.</param>
/// <param name="Spent">Of the cell.</param>
/// <param name="Unknown">Of the cell.</param>
/// <param name="Leased">By all nodes.</param>
/// <param name="Version">Of spent and unknown.</param>
/// <param name="Holders">When refused: other living nodes that have leased some of it.</param>
internal readonly record struct LeaseAnswer(
    LeaseOutcome Outcome, LeaseStanding Standing, decimal Limit, decimal Spent, decimal Unknown, decimal Leased, long Version, Guid[] Holders);

/// <summary>Gives back a part of a slice, in USD; nothing, to make sure that no older statement comes through any more.</summary>
internal readonly record struct LeaseReturn(BudgetCellKey Key, long Epoch, decimal Amount);

/// <summary>A node asks the others to return what they do not hold of a cell.</summary>
internal readonly record struct LeaseRecall(Guid Asker, Guid Number, BudgetCellKey Key);

/// <summary>
/// Where slices come from: the database. Every method is one round trip; it throws when nobody knows whether it happened.
/// </summary>
internal interface ILeaseBank
{
    /// <summary>This node's journal uuid.</summary>
    Guid NodeId { get; }

    /// <summary>Answers in the order of the asks.</summary>
    Task<IReadOnlyList<LeaseAnswer>> TakeAsync(IReadOnlyList<LeaseAsk> asks, CancellationToken token);

    /// <summary>Returns, and then tells whoever recalled that it was done. Answers in the order of the returns.</summary>
    Task<IReadOnlyList<LeaseStanding>> ReturnAsync(
        IReadOnlyList<LeaseReturn> returns, IReadOnlyList<LeaseRecall> done, CancellationToken token);

    Task RecallAsync(IReadOnlyList<LeaseRecall> recalls, CancellationToken token);
}
