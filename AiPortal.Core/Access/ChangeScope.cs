using AiPortal.Core.Audit;
using AiPortal.Core.Data;

namespace AiPortal.Core.Access;

/// <summary>What a change works with: the transaction, the actor and the audit note it owes.</summary>
public sealed class ChangeScope
{
    private readonly ChangeScope? _outer;
    private readonly ApprovedBy? _approved;
    private readonly List<AuditNote> _notes = [];
    private readonly List<Action> _afterwards = [];
    private readonly List<ApprovalTrigger> _triggers = [];
    private bool _touchesGateway;

    internal ChangeScope(TenantTransaction transaction, Actor actor) => (Transaction, Actor) = (transaction, actor);

    private ChangeScope(ChangeScope outer, Actor actor, ApprovedBy approved) : this(outer.Transaction, actor) => (_outer, _approved) = (outer, approved);

    internal TenantTransaction Transaction { get; }

    public PortalDb Db => Transaction.Db;

    public Guid OrganizationId => Transaction.OrganizationId;

    /// <summary>The parts of the organization that the change sees and may touch; null: all.</summary>
    public Places? Places => Transaction.Places;

    /// <summary>
    /// Reads or writes what the change needs of the rest of the organization, as an amount that is counted: never on behalf of what the
    /// actor named.
    /// </summary>
    public async Task<T> WideAsync<T>(Func<Task<T>> work, CancellationToken token) => await SeeAsync(null, work, token);

    /// <summary>Does something with what another sees.</summary>
    internal async Task<T> SeeAsync<T>(Places? places, Func<Task<T>> work, CancellationToken token)
    {
        var before = Places;
        if (before is null && places is null) return await work();
        // What waits to be saved belongs to who has done it so far.
        await Db.SaveChangesAsync(token);
        await Transaction.ConfineAsync(places, token);
        var result = await work();
        await Db.SaveChangesAsync(token);
        await Transaction.ConfineAsync(before, token);
        return result;
    }

    /// <summary>Who wants the change. Where it was approved: who asked for it, with the rights he has now.</summary>
    public Actor Actor { get; }

    /// <summary>Who does it now: the approver of an approved change, else the actor himself.</summary>
    public Actor Decider => _outer?.Actor ?? Actor;

    /// <summary>What was asked for with the change and kept sealed; null where there was none, and for a change that needed no approval.</summary>
    public string? AskedSecret => _approved?.Secret;

    internal IReadOnlyList<AuditNote> Notes => _notes;

    internal bool TouchesGateway => _touchesGateway;

    internal IReadOnlyList<Action> Afterwards => _afterwards;

    /// <summary>Why the change may need approval.</summary>
    public IReadOnlyList<ApprovalTrigger> Triggers => _triggers;

    /// <summary>Null for a change that cannot be asked for.</summary>
    public ApprovalMatter? Matter { get; private set; }

    /// <summary>Every change owes at least one.</summary>
    public void Audit(AuditNote note)
    {
        if (_outer is not null) _outer.Audit(note with { Approval = _approved!.Id, RequestedBy = _approved.RequestedBy });
        else _notes.Add(note);
    }

    /// <summary>The change concerns what the gateway reads: keys, providers, prices, budgets, organization settings.</summary>
    public void RefreshGateway()
    {
        if (_outer is not null) _outer.RefreshGateway();
        else _touchesGateway = true;
    }

    /// <summary>Runs once the change stands; it must be quick and must not throw.</summary>
    public void AfterCommit(Action action)
    {
        if (_outer is not null) _outer.AfterCommit(action);
        else _afterwards.Add(action);
    }

    /// <summary>A policy may want somebody's approval for this.</summary>
    public void MayNeedApproval(ApprovalTrigger trigger) => _triggers.Add(trigger);

    /// <summary>How the change can be asked for, and done later. Once a change.</summary>
    public void AskableAs(ApprovalMatter matter)
    {
        if (_approved is not null) _approved.Seen(matter);
        else if (Matter is not null) throw new InvalidOperationException($"The change {matter.Action} is part of one that is asked for as {Matter.Action}.");
        else Matter = matter;
    }

    /// <summary>Where the change stands, for <see cref="ReturnTo"/>.</summary>
    internal (int Notes, int Afterwards, bool TouchesGateway) Mark() => (_notes.Count, _afterwards.Count, _touchesGateway);

    /// <summary>Forgets what was announced since, after its rows were rolled back.</summary>
    internal void ReturnTo((int Notes, int Afterwards, bool TouchesGateway) mark)
    {
        _notes.RemoveRange(mark.Notes, _notes.Count - mark.Notes);
        _afterwards.RemoveRange(mark.Afterwards, _afterwards.Count - mark.Afterwards);
        _touchesGateway = mark.TouchesGateway;
    }

    /// <summary>The same transaction for a change that was approved, in the name of <paramref name="requester"/>.</summary>
    public ChangeScope ForApproved(Actor requester, ApprovedBy approved) => new(this, requester, approved);
}

/// <summary>The approval under which a change is done, and whether that change is the one that was asked for.</summary>
/// <param name="id">Of the approval; the change's audit rows name it.</param>
/// <param name="requestedBy">The requester's name.</param>
/// <param name="isAsAsked">Compares a matter with what was asked.</param>
public sealed class ApprovedBy(Guid id, string requestedBy, Func<ApprovalMatter, bool> isAsAsked)
{
    public Guid Id { get; } = id;

    public string RequestedBy { get; } = requestedBy;

    /// <summary>What was kept sealed for it.</summary>
    public string? Secret { get; init; }

    /// <summary>False until the change has said what it is about, and for good when that is anything else.</summary>
    public bool IsAsAsked { get; private set; }

    private bool _seen;

    internal void Seen(ApprovalMatter matter)
    {
        // What the change does on its way is a part of it.
        if (_seen) return;
        (_seen, IsAsAsked) = (true, isAsAsked(matter));
    }
}
