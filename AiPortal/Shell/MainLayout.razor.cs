using AiPortal.Shell.States;
using AiPortal.Ui;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;

namespace AiPortal.Shell;

/// <summary>
/// Rail, top bar, page. The first HTML carries the shell and a page's skeleton at once; the page itself is made
/// only in the circuit, so its data is read once.
/// </summary>
public sealed partial class MainLayout
{
    [Inject] internal IStringLocalizer<ShellText> Text { get; init; } = default!;

    [CascadingParameter] private Task<AuthenticationState>? Authentication { get; set; }

    private ErrorPanel? _errors;
    private Viewer _viewer = new("", "", "", TimeZoneInfo.Utc);
    private DisplayZone _zone = DisplayZone.Utc;

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is null)
            return;
        _viewer = Viewer.From((await Authentication).User);
        _zone = new DisplayZone(_viewer.Zone);
    }

    protected override void OnParametersSet() => _errors?.Recover();
}
