using AiPortal.Access;
using AiPortal.Shell.States;
using AiPortal.Ui;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;

namespace AiPortal.Shell;

/// <summary>
/// Rail, top bar, page. The first HTML carries the shell and a page's skeleton at once; the page itself is made
/// only in the circuit, so its data is read once.
/// </summary>
public sealed partial class MainLayout : IDisposable
{
    [Inject] internal IStringLocalizer<ShellText> Text { get; init; } = default!;

    [Inject] internal CurrentOrganization Organization { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal PersistentComponentState Handed { get; init; } = default!;

    [CascadingParameter] private Task<AuthenticationState>? Authentication { get; set; }

    private PersistingComponentStateSubscription _handing;
    private ErrorPanel? _errors;
    private string? _path;
    private Viewer _viewer = Viewer.None;
    private DisplayZone _zone = DisplayZone.Utc;

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is null)
            return;
        _viewer = Viewer.From((await Authentication).User);
        // The circuit begins with what the first HTML showed, so that nothing of the shell comes and goes.
        if (Handed.TryTakeFromJson<ViewerSight>(nameof(Viewer), out var sight) && sight is not null) _viewer = _viewer.In(sight);
        _handing = Handed.RegisterOnPersisting(() =>
        {
            Handed.PersistAsJson(nameof(Viewer), ViewerSight.Of(_viewer));
            return Task.CompletedTask;
        });
        await ReadAsync();
    }

    protected override void OnParametersSet() => _errors?.Recover();

    protected override void OnInitialized() => Navigation.LocationChanged += Moved;

    public void Dispose()
    {
        _handing.Dispose();
        Navigation.LocationChanged -= Moved;
    }

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
        if (await Organization.ReadAsync() is var (organization, permissions)) _viewer = _viewer.In(new ViewerSight(organization.Name, organization.TimeZone, permissions));
        if (_zone.Zone.Id != _viewer.Zone.Id) _zone = new DisplayZone(_viewer.Zone);
    }
}
