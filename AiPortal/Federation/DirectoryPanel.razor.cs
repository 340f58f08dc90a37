using AiPortal.Access;
using AiPortal.Core.Federation.Directories;
using AiPortal.Core.Tenancy;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Federation;

/// <summary>The form of an organization's directory.</summary>
public sealed partial class DirectoryPanel
{
    private static readonly string[] Shown =
        ["host", "port", "timeout_seconds", "ca_certificates", "base_dn", "bind_dn", "bind_secret", "user_filter", "domains", "mail_attribute", "name_attribute", "id_attribute", "group_filter", "groups", "default_role"];

    private List<GroupRules.Line> _rules = [];
    private IReadOnlyList<(Guid Id, string Name)> _teams = [];
    private IReadOnlyList<string> _domains = [];
    private Faults _faults = Faults.None;
    private bool _loading = true;
    private bool _saving;
    private bool _saved;
    private bool _hasSecret;
    private bool _enabled;
    private bool _private;
    private bool _create;
    private bool _local;
    private string _host = "";
    private string _baseDn = "";
    private string _bindDn = "";
    private string _userFilter = "";
    private string _mail = "";
    private string _name = "";
    private string _id = "";
    private string? _secret;
    private string? _ca;
    private string? _groupFilter;
    private int _port;
    private int _timeout;
    private DirectorySecurity _security;
    private Role? _defaultRole;

    [Inject] internal IStringLocalizer<FederationText> Text { get; init; } = default!;

    [Inject] internal DirectoryRead Directories { get; init; } = default!;

    [Inject] internal ChangeDirectory Change { get; init; } = default!;

    [Inject] internal RemoveDirectory Removal { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        if (!actor.May(Core.Access.Permission.ManageSignIn, organization)) return;
        _teams = await Directories.TeamsAsync(organization);
        Show(await Directories.FindAsync(organization));
        _loading = false;
    }

    private void Show(LdapDirectory? row)
    {
        var draft = LdapDirectoryDraft.Of(row);
        (_enabled, _hasSecret, _secret) = (draft.Enabled, row?.BindSecretCipher is not null, null);
        (_host, _port, _security, _ca, _private, _timeout) = (draft.Host, draft.Port, draft.Security, draft.CaCertificates, draft.AllowPrivate, draft.TimeoutSeconds);
        (_baseDn, _bindDn, _userFilter, _groupFilter) = (draft.BaseDn, draft.BindDn, draft.UserFilter, draft.GroupFilter);
        (_mail, _name, _id, _domains) = (draft.MailAttribute, draft.NameAttribute, draft.IdAttribute, draft.Domains);
        (_defaultRole, _create, _local) = (draft.DefaultRole, draft.CreateMembers, draft.LocalPasswords);
        _rules = [.. draft.Groups.Select(rule => new GroupRules.Line { Group = rule.Group, Role = rule.Role, TeamId = rule.TeamId })];
    }

    /// <summary>The other way has another usual port.</summary>
    private void ChooseSecurity(ChangeEventArgs change)
    {
        var chosen = Enum.Parse<DirectorySecurity>(change.Value?.ToString() ?? "");
        if (_port is 636 or 389) _port = chosen == DirectorySecurity.Ldaps ? 636 : 389;
        _security = chosen;
    }

    internal LdapDirectoryDraft DraftNow() => new()
    {
        Enabled = _enabled,
        Host = _host.Trim(),
        Port = _port,
        Security = _security,
        CaCertificates = string.IsNullOrWhiteSpace(_ca) ? null : _ca,
        AllowPrivate = _private,
        BaseDn = _baseDn,
        BindDn = _bindDn,
        BindSecret = string.IsNullOrEmpty(_secret) ? null : _secret,
        UserFilter = _userFilter,
        MailAttribute = _mail.Trim(),
        NameAttribute = _name.Trim(),
        IdAttribute = _id.Trim(),
        GroupFilter = string.IsNullOrWhiteSpace(_groupFilter) ? null : _groupFilter,
        Domains = _domains,
        Groups = [.. _rules.Select(line => line.Rule)],
        DefaultRole = _defaultRole,
        CreateMembers = _create,
        LocalPasswords = _local,
        TimeoutSeconds = _timeout,
    };

    private async Task SaveAsync()
    {
        if (_saving) return;
        (_saving, _saved) = (true, false);
        try
        {
            var (actor, organization) = await Current.HereAsync();
            var draft = DraftNow();
            var outcome = await Change.RunAsync(actor, organization, _ => draft);
            _faults = Faults.Of(outcome.Refusal, Text, Shown);
            if (outcome.IsRefused) return;
            Show(outcome.Value);
            _saved = true;
        }
        finally
        {
            _saving = false;
        }
    }

    private async Task RemoveAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, Text["Remove.Title"], Text["Remove.Message"], Text["Remove"], destructive: true)) return;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Removal.RunAsync(actor, organization);
        _faults = Faults.Of(outcome.Refusal, Text);
        if (!outcome.IsRefused) Show(null);
    }
}
