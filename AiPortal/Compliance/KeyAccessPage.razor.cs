using System.Globalization;
using AiPortal.Access;
using AiPortal.Core.Access;
using AiPortal.Core.Compliance;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Compliance;

/// <summary>Who used which key from where, and is anything about it unusual?</summary>
public sealed partial class KeyAccessPage
{
    private const string KeyName = "key";
    private IReadOnlyList<KeyAccess>? _rows;
    private KeyAccess? _open;
    private bool _allowed = true;

    [Inject] internal IStringLocalizer<ComplianceText> Text { get; init; } = default!;

    [Inject] internal KeyAccessLog Log { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    [SupplyParameterFromQuery(Name = KeyName)] private Guid? Key { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        _allowed = actor.May(Permission.ViewCalls, organization);
        if (!_allowed) return;
        _rows ??= await Log.ReadAsync(organization);
        // One key by itself is looked at further back than among all.
        if (_open?.KeyId != Key) _open = Key is { } id ? await Log.FindAsync(organization, id) : null;
    }

    private void Go(Guid? key) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(KeyName, key), replace: true);

    private string PlacesOf(KeyAccess access) => access.Places.Count switch
    {
        1 => access.Places[0].Network ?? Text["Access.Unknown"],
        var count => Text["Access.PlacesCount", count],
    };

    private string HourOf(KeyAccess access, int hour) => Text["Access.Hour", hour, access.Hours[hour]];

    private static string Share(KeyAccess access, int hour) =>
        ((double)access.Hours[hour] / Math.Max(1, access.Hours.Max())).ToString("0.###", CultureInfo.InvariantCulture);
}
