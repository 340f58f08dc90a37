using AiPortal.Access;
using AiPortal.Shell.Environments;
using AiPortal.Shell.States;
using AiPortal.Ui;
using AiPortal.Ui.Figures;
using AiPortal.Ui.Panels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;
using Radzen;

namespace AiPortal.Shell;

/// <summary>
/// Rail, top bar, page. The first HTML carries the shell and a page's skeleton at once; the page itself is made
/// only in the circuit, so its data is read once.
/// </summary>
public sealed partial class MainLayout : IDisposable
{
    private const double NoticeMilliseconds = 8000;

    /// <summary>What was done on the page itself may be what changed the rights: its answer comes first.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    [Inject] internal IStringLocalizer<ShellText> Text { get; init; } = default!;

    [Inject] internal CurrentOrganization Organization { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal PersistentComponentState Handed { get; init; } = default!;

    [Inject] internal CircuitRights Rights { get; init; } = default!;

    [Inject] internal DialogService Dialogs { get; init; } = default!;

    [Inject] internal SecretsShown Secrets { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [Inject] internal NotificationService Notices { get; init; } = default!;

    [CascadingParameter] private Preferences? Preferences { get; set; }

    [CascadingParameter] private Task<AuthenticationState>? Authentication { get; set; }

    private PersistingComponentStateSubscription _handing;
    private ErrorPanel? _errors;
    private string? _path;
    private Viewer _viewer = Viewer.None;
    private DisplayZone _zone = DisplayZone.Utc;
    private int _standing;
    private int _dialogs;
    private bool _isOld;

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is null)
            return;
        _viewer = Viewer.From((await Authentication).User);
        // The circuit begins with what the first HTML showed, so that nothing of the shell comes and goes.
        if (Handed.TryTakeFromJson<ViewerSight>(nameof(Viewer), out var sight) && sight is not null) _viewer = _viewer.In(sight).At(Preferences?.EnvironmentId);
        _handing = Handed.RegisterOnPersisting(() =>
        {
            Handed.PersistAsJson(nameof(Viewer), ViewerSight.Of(_viewer));
            return Task.CompletedTask;
        });
        await ReadAsync();
    }

    protected override void OnParametersSet() => _errors?.Recover();

    protected override void OnInitialized()
    {
        Navigation.LocationChanged += Moved;
        Rights.Changed += RightsChanged;
        Secrets.Gone += SecretsGone;
        Dialogs.OnOpen += DialogOpened;
        Dialogs.OnClose += DialogClosed;
    }

    public void Dispose()
    {
        _handing.Dispose();
        Navigation.LocationChanged -= Moved;
        Rights.Changed -= RightsChanged;
        Secrets.Gone -= SecretsGone;
        Dialogs.OnOpen -= DialogOpened;
        Dialogs.OnClose -= DialogClosed;
    }

    private void DialogOpened(string? title, Type component, Dictionary<string, object?> parameters, DialogOptions options) => _dialogs++;

    private void DialogClosed(object? result) => _dialogs--;

    /// <summary>
    /// Nothing of what was shown by the rights of before stays: frame and page are made anew, and what was begun in a dialog ends where
    /// something was taken away. Only a secret that is never shown again stays until it is stored.
    /// </summary>
    private void RightsChanged() => _ = InvokeAsync(async () =>
    {
        try
        {
            var before = _viewer.Permissions;
            await ReadAsync();
            var isLess = !_viewer.Permissions.IsSupersetOf(before);
            if (!isLess) await Task.Delay(Grace, Clock);
            else if (!Secrets.Any)
                for (var open = _dialogs; open > 0; open--) Dialogs.Close();
            Notices.Notify(NotificationSeverity.Info, Text["Rights.Changed"], Text["Rights.ChangedDetail"], NoticeMilliseconds);
            if (Secrets.Any) _isOld = true;
            else _standing++;
            StateHasChanged();
        }
        catch (Exception fault)
        {
            await DispatchExceptionAsync(fault);
        }
    });

    private void SecretsGone() => _ = InvokeAsync(() =>
    {
        if (!_isOld) return;
        _isOld = false;
        _standing++;
        StateHasChanged();
    });

    private void Moved(object? sender, LocationChangedEventArgs moved)
    {
        // Filters change the address too; only another page is worth the question.
        var path = new Uri(moved.Location).AbsolutePath;
        if (path == _path) return;
        _path = path;
        _ = InvokeAsync(async () =>
        {
            await ReadAsync();
            StateHasChanged();
        });
    }

    /// <summary>The organization may have got another name or zone since the sign-in.</summary>
    private async Task ReadAsync()
    {
        if (await Organization.ReadAsync() is var (organization, permissions, environments))
        {
            var sight = new ViewerSight(organization.Name, organization.TimeZone, permissions, [.. environments.Select(one => new ShownEnvironment(one.Id, one.Name))]);
            _viewer = _viewer.In(sight).At(Preferences?.EnvironmentId);
        }

        if (_zone.Zone.Id != _viewer.Zone.Id) _zone = new DisplayZone(_viewer.Zone);
    }
}
