using AiPortal.Access;
using AiPortal.Core.Providers;
using AiPortal.Shell.Environments;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Providers;

/// <summary>The form of an account: a new one, or a change. Closes with the account as it now is, or null.</summary>
public sealed partial class ProviderDialog
{
    private static readonly string[] Shown = ["kind", "name", "base_url", "api_key", "models", "priority", "weight", "rpm", "tpm", "concurrency", "model_map", "api_key_expires_at", "environment_id"];
    private static readonly string[] Folded = ["priority", "weight", "rpm", "tpm", "concurrency", "model_map", "api_key_expires_at"];

    private Faults _faults = Faults.None;
    private string? _mapFault;
    private bool _saving;
    private bool _more;
    private string _kind = ProviderKinds.All[0].Kind;
    private string _name = "";
    private string? _address;
    private string? _secret;
    private IReadOnlyList<string> _models = [];
    private int _priority;
    private int _weight = 1;
    private int? _rpm;
    private int? _tpm;
    private int? _concurrency;
    private string? _map;
    private bool _private;
    private bool _sync;
    private DateOnly? _expires;
    private string _environment = "";
    private IReadOnlyList<(Guid Id, string Name)> _environments = [];

    [Inject] internal IStringLocalizer<ProvidersText> Text { get; init; } = default!;

    [Inject] internal AddProvider Addition { get; init; } = default!;

    [Inject] internal ChangeProvider Change { get; init; } = default!;

    [Inject] internal ProviderList Accounts { get; init; } = default!;

    [CascadingParameter] private ShownEnvironment? Environment { get; set; }

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    /// <summary>The account to change; null makes a new one.</summary>
    [Parameter] public ProviderAccount? Account { get; set; }

    private IEnumerable<ProviderKind> Kinds => ProviderKinds.All.Where(kind => kind.Served || kind.Kind == Account?.Kind);

    private bool Sandbox => _kind == ProviderKinds.Sandbox;

    private bool Stored => Account?.ApiKeyCipher is not null;

    /// <summary>A stored secret is not sent to an address it was not given for.</summary>
    private bool NeedsSecret => Stored && Trimmed(_address)?.TrimEnd('/') != Account?.BaseUrl;

    private string SecretHelp => Text[NeedsSecret ? "Help.SecretAgain" : !Stored ? "Help.Secret" : "Help.SecretKept"];

    /// <summary>Opens the form; null when the reader went away without saving.</summary>
    internal static async Task<ProviderAccount?> ShowAsync(DialogService dialogs, string title, ProviderAccount? account)
    {
        var parameters = new Dictionary<string, object?> { [nameof(Account)] = account };
        return await dialogs.OpenAsync<ProviderDialog>(title, parameters!, FormDialog.Wide(560)) as ProviderAccount;
    }

    protected override async Task OnInitializedAsync()
    {
        Show();
        var (_, organization) = await Current.HereAsync();
        _environments = await Accounts.EnvironmentsAsync(organization);
    }

    private void Show()
    {
        _environment = (Account is null ? Environment?.Id : Account.EnvironmentId)?.ToString() ?? "";
        if (Account is not { } row)
        {
            Preset();
            return;
        }

        (_kind, _name, _address, _models, _priority, _weight, _private) = (row.Kind, row.Name, row.BaseUrl, row.Models ?? [], row.Priority, row.Weight, row.AllowPrivate);
        (_sync, _expires) = (row.SyncModels, row.ApiKeyExpiresAt is { } end ? DateOnly.FromDateTime(end.UtcDateTime) : null);
        (_rpm, _tpm, _concurrency) = (row.Rpm, row.Tpm, row.Concurrency);
        _map = string.Join('\n', row.ModelMap.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} = {pair.Value}"));
    }

    private void ChooseKind(ChangeEventArgs change)
    {
        var before = ProviderKinds.Find(_kind);
        _kind = change.Value?.ToString() ?? _kind;
        if (_name == before?.Name || (before?.Kind == ProviderKinds.Sandbox && _name == SandboxName)) _name = "";
        // An address that the reader typed himself stays.
        if (_address == before?.BaseUrl || string.IsNullOrWhiteSpace(_address)) _address = null;
        Preset();
    }

    private void NameChanged(ChangeEventArgs change) => _name = change.Value?.ToString() ?? "";

    private string SandboxName => Text["Sandbox.Name"];

    private void Preset()
    {
        _address ??= ProviderKinds.Find(_kind)?.BaseUrl;
        if (_name.Length == 0 && Account is null) _name = Sandbox ? SandboxName : ProviderKinds.Find(_kind)?.Name ?? "";
    }

    private async Task SaveAsync()
    {
        if (_saving) return;
        var map = ReadMap();
        _more |= _mapFault is not null;
        if (map is null) return;
        _saving = true;
        var draft = new ProviderDraft(
            _name.Trim(), _kind, Sandbox ? null : Trimmed(_address), Credential(), _models.Count == 0 ? null : [.. _models], map, _weight, _priority,
            Account?.Enabled ?? true, !Sandbox && _private, _rpm, _tpm, _concurrency,
            !Sandbox && _sync, Expires())
        {
            EnvironmentId = Guid.TryParse(_environment, out var environment) ? environment : null,
        };
        var (actor, organization) = await Current.HereAsync();
        var outcome = Account is { } row
            ? await Change.RunAsync(actor, organization, row.Id, draft)
            : await Addition.RunAsync(actor, organization, draft);
        _saving = false;
        _faults = Faults.Of(outcome.Refusal, Text, Shown);
        _more |= Folded.Any(field => _faults[field] is not null);
        if (!outcome.IsRefused) Dialogs.Close(outcome.Value);
    }

    // The instant that stands is kept where its day was not touched.
    private DateTimeOffset? Expires() => Sandbox || _expires is not { } day ? null
        : Account?.ApiKeyExpiresAt is { } stands && DateOnly.FromDateTime(stands.UtcDateTime) == day ? stands : new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    // The sandbox takes no secret: one that stood for another kind goes.
    private CredentialChange? Credential() => Sandbox
        ? Stored ? new CredentialChange(null) : null
        : Trimmed(_secret) is { } secret ? new CredentialChange(secret) : null;

    /// <summary>Null where a line is not "asked = upstream".</summary>
    private Dictionary<string, string>? ReadMap()
    {
        _mapFault = null;
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (_map ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 && map.TryAdd(parts[0], parts[1])) continue;
            _mapFault = Text["ModelMap.Line", line];
            return null;
        }

        return map;
    }

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
