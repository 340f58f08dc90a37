using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Npgsql;

namespace AiPortal.Core.Alerts;

/// <summary>
/// Raises the alerts that new entries cause, in the transaction that adds them: an entry that is undone, written twice or written by
/// another node undoes, repeats or makes no alert of its own. Follows after the budgets have their amounts.
/// </summary>
public sealed class AlertPosting(LiveSignals signals, TimeProvider clock) : ILedgerFollower
{
    /// <inheritdoc/>
    public async Task<Action?> FollowAsync(NpgsqlConnection connection, LedgerAddition addition, CancellationToken token)
    {
        if (addition.Added.Count == 0) return null;
        var scopes = addition.Added.SelectMany(Scopes).OfType<Guid>().Distinct().ToArray();
        var latest = addition.Added.Max(entry => entry.StartedAt);
        var drafts = await AlertCrossings.OfScopesAsync(connection, scopes, latest, clock.GetUtcNow(), token);
        drafts.AddRange(addition.Added.Where(IsUnpriced).Select(Unpriced).DistinctBy(draft => (draft.OrganizationId, draft.Occasion)));
        if (drafts.Count == 0) return null;
        var raised = await AlertBook.RaiseAsync(connection, drafts, clock, token);
        return raised.Count == 0 ? null : () =>
        {
            foreach (var organization in raised) signals.Raise(AlertBook.Topic(organization));
        };
    }

    private static Guid?[] Scopes(LedgerEntry entry) =>
        [entry.OrganizationId, entry.DepartmentId, entry.TeamId, entry.ProjectId, entry.CostCenterId, entry.EnvironmentId, entry.UserId, entry.KeyId];

    /// <summary>A call that the organization's policy let through without a price.</summary>
    private static bool IsUnpriced(LedgerEntry entry) =>
        entry is { Kind: EntryKind.Usage, Status: EntryStatus.Ok or EntryStatus.Partial, Estimated: true, PriceId: null, ProviderId: not null };

    private static AlertDraft Unpriced(LedgerEntry entry) => new()
    {
        OrganizationId = entry.OrganizationId,
        Type = AlertType.ModelUnpriced,
        Severity = AlertSeverity.Critical,
        Occasion = $"unpriced:{entry.ProviderId}:{Cut(entry.ModelName, 200)}",
        Title = $"The model '{Cut(entry.ModelName, 200)}' has no price",
        Message = $"Calls of '{Cut(entry.ModelName, 200)}' at '{Cut(entry.ProviderName, 200)}' are let through without a price in force; what they cost is not known.",
        ModelName = Cut(entry.ModelName, 300),
    };

    private static string Cut(string text, int most)
    {
        var clean = text.Replace("\0", "", StringComparison.Ordinal);
        return clean.Length <= most ? clean : clean[..most];
    }
}
