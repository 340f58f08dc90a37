using AiPortal.Core.Access;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Budgets.Allocations;

/// <summary>
/// A scope that moves in the organization. What is spent in it no longer counts where it was, so a budget of it, or of what lies in it,
/// cannot stay allocated from one there: such a move is refused.
/// </summary>
internal sealed class ScopeMove
{
    private readonly ChangeScope _scope;
    private readonly (QuotaType Type, Guid Id) _moved;
    private readonly IReadOnlySet<(QuotaType Type, Guid Id)> _before;

    private ScopeMove(ChangeScope scope, (QuotaType Type, Guid Id) moved, IReadOnlySet<(QuotaType Type, Guid Id)> before) =>
        (_scope, _moved, _before) = (scope, moved, before);

    /// <summary>Before the change; nobody allocates until it stands.</summary>
    public static async Task<ScopeMove> BeginAsync(ChangeScope scope, QuotaType type, Guid id, CancellationToken token)
    {
        await BudgetStart.LockAsync(scope, token);
        return new ScopeMove(scope, (type, id), await ScopeChain.ReadAsync(scope.Db, scope.OrganizationId, type, id, token));
    }

    /// <summary>After it: writes it, and refuses it where a budget would leave the one it is allocated from.</summary>
    /// <param name="field">Gives the member of the body that takes it away from a budget over such a scope.</param>
    /// <param name="token">Ends it.</param>
    public async Task<Refusal?> EndAsync(Func<QuotaType, string> field, CancellationToken token)
    {
        await _scope.Db.SaveChangesAsync(token);
        var now = await ScopeChain.ReadAsync(_scope.Db, _scope.OrganizationId, _moved.Type, _moved.Id, token);
        Guid[] left = [.. _before.Except(now).Select(part => part.Id)];
        if (left.Length == 0) return null;
        var shares = await _scope.Db.Set<Budget>().AsNoTracking()
            .Join(_scope.Db.Set<Budget>().Where(b => left.Contains(b.ScopeId)), share => share.ParentId, parent => parent.Id, (share, parent) => new { Share = share, Parent = parent })
            .OrderBy(pair => pair.Share.Name).ToListAsync(token);
        foreach (var (share, parent) in shares.Select(pair => (pair.Share, pair.Parent)))
        {
            var chain = await ScopeChain.ReadAsync(_scope.Db, _scope.OrganizationId, share.QuotaType, share.ScopeId, token);
            if (chain.Contains(_moved) && !chain.Contains((parent.QuotaType, parent.ScopeId)))
                return Refusal.Field(field(parent.QuotaType), $"The budget {share.Name} is allocated from {parent.Name}, whose scope it would leave: set its parent_id to another budget or to null first.");
        }

        return null;
    }
}
