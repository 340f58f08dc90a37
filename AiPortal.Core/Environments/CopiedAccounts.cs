using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Environments;

/// <summary>The accounts of one environment and those that stand for them in another. A secret is never taken along, nor sent to another address.</summary>
internal sealed class CopiedAccounts
{
    private readonly List<CopyStep> _steps = [];
    private readonly Dictionary<Guid, ProviderAccount> _copies = [];
    private readonly Dictionary<Guid, string> _names;
    private readonly HashSet<Guid> _sources;

    public CopiedAccounts(TimeProvider clock, DeploymentEnvironment from, DeploymentEnvironment to, List<ProviderAccount> rows)
    {
        _names = rows.ToDictionary(row => row.Id, row => row.Name);
        var sources = rows.Where(row => row.EnvironmentId == from.Id).ToList();
        _sources = [.. sources.Select(row => row.Id)];
        foreach (var source in sources)
        {
            var name = CopyNames.Of(source.Name, from.Name, to.Name);
            var now = rows.Find(row => row.Name == name);
            if (now is null) Create(clock, source, name, to);
            else if (now.EnvironmentId != to.Id) Skip(name, CopyReason.NameTaken, null);
            else Change(source, now);
        }
    }

    public IReadOnlyList<CopyStep> Steps() => _steps;

    public bool IsSource(Guid id) => _sources.Contains(id);

    /// <summary>Null for what is no account of the first environment, and where the second has none like it.</summary>
    public ProviderAccount? CopyOf(Guid id) => _copies.GetValueOrDefault(id);

    public string NameOf(Guid id) => _names.GetValueOrDefault(id, id.ToString());

    private void Create(TimeProvider clock, ProviderAccount source, string name, DeploymentEnvironment to)
    {
        var needsSecret = source.ApiKeyCipher is not null;
        var draft = ProviderDraft.Of(source) with { Name = name, EnvironmentId = to.Id, ApiKeyExpiresAt = null, Enabled = source.Enabled && !needsSecret };
        var row = new ProviderAccount { Id = Ids.New(clock), Name = name, Kind = draft.Kind };
        draft.WriteTo(row);
        Know(source, row);
        var note = ProviderNote.Of(row);
        _steps.Add(new CopyStep(new CopyItem(CopyKind.Provider, name, CopyAction.Create, needsSecret ? CopyReason.NeedsCredential : null, null, note), (scope, _) =>
        {
            row.OrganizationId = scope.OrganizationId;
            scope.Db.Add(row);
            scope.MayNeedApproval(new ApprovalTrigger(ProviderApprovals.Kind));
            scope.Audit(new AuditNote("provider.create", "provider", row.Id, row.Name, After: note));
            return Task.FromResult<Refusal?>(null);
        }));
    }

    private void Change(ProviderAccount source, ProviderAccount now)
    {
        Know(source, now);
        var before = ProviderNote.Of(now);
        var draft = ProviderDraft.Of(source) with { Name = now.Name, EnvironmentId = now.EnvironmentId, ApiKeyExpiresAt = now.ApiKeyExpiresAt, Enabled = now.Enabled };
        if (now.ApiKeyCipher is not null && (draft.Address != now.BaseUrl || draft.Kind != now.Kind))
        {
            Skip(now.Name, CopyReason.OtherAddress, before);
            return;
        }

        var tried = new ProviderAccount { Name = now.Name, Kind = now.Kind, ApiKeyHint = now.ApiKeyHint, PreviousKeyHint = now.PreviousKeyHint };
        draft.WriteTo(tried);
        var after = ProviderNote.Of(tried);
        if (AuditTrail.Text(before) == AuditTrail.Text(after))
        {
            Skip(now.Name, CopyReason.Same, before);
            return;
        }

        _steps.Add(new CopyStep(new CopyItem(CopyKind.Provider, now.Name, CopyAction.Change, null, before, after), (scope, _) =>
        {
            draft.WriteTo(now);
            if (ProviderApprovals.Matters(before, after)) scope.MayNeedApproval(new ApprovalTrigger(ProviderApprovals.Kind));
            scope.Audit(new AuditNote("provider.update", "provider", now.Id, now.Name, before, after));
            return Task.FromResult<Refusal?>(null);
        }));
    }

    private void Skip(string name, CopyReason reason, object? before) => _steps.Add(new CopyStep(new CopyItem(CopyKind.Provider, name, CopyAction.Skip, reason, before, null)));

    private void Know(ProviderAccount source, ProviderAccount copy) => (_copies[source.Id], _names[copy.Id]) = (copy, copy.Name);
}
