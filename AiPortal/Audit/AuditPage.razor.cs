using System.Globalization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Money;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;

namespace AiPortal.Audit;

/// <summary>Who changed what, when and from where; and is the record whole?</summary>
public sealed partial class AuditPage
{
    private const int PageSize = 100;
    private const string Yes = "true";
    private AuditQuery _query = new();
    private OrganizationCalendar _calendar = OrganizationCalendar.Utc;
    private IReadOnlyList<AuditEvent>? _rows;
    private long? _cursor;
    private Guid _organization;
    private bool _allowed = true;
    private bool _reading;

    [Inject] internal IStringLocalizer<AuditText> Text { get; init; } = default!;

    [Inject] internal AuditList Trail { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DownloadTickets Tickets { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    private string ChipText => _query.Action
        ?? (_query.Actor is { } actor ? _rows?.FirstOrDefault(row => row.ActorId == actor)?.ActorName : _rows?.FirstOrDefault(row => row.SubjectId == _query.Subject)?.SubjectName)
        ?? Text["Filter.One"].Value;

    protected override async Task OnInitializedAsync()
    {
        _calendar = new OrganizationCalendar(Zone.Zone);
        _query = AuditQuery.Of(new Uri(Navigation.Uri));
        Navigation.LocationChanged += Moved;
        await ReadAsync(null);
    }

    public void Dispose() => Navigation.LocationChanged -= Moved;

    private void Moved(object? sender, LocationChangedEventArgs moved)
    {
        var address = new Uri(moved.Location);
        if (address.AbsolutePath == AuditQuery.Path) _ = InvokeAsync(() => ApplyAsync(AuditQuery.Of(address)));
    }

    private async Task ApplyAsync(AuditQuery query)
    {
        var other = query with { Open = null } != _query with { Open = null };
        _query = query;
        if (other) await ReadAsync(null);
        StateHasChanged();
    }

    private Task MoreAsync() => ReadAsync(_cursor);

    private async Task ReadAsync(long? before)
    {
        var asked = _query;
        _reading = true;
        var (actor, organization) = await Current.HereAsync();
        (_organization, _allowed) = (organization, actor.May(Permission.ViewAudit, organization));
        if (!_allowed) return;
        var page = await Trail.PageAsync(organization, asked.Filter(_calendar), PageSize, before);
        _reading = false;
        // An answer to what the reader has changed meanwhile is not shown.
        if (asked with { Open = null } != _query with { Open = null }) return;
        _rows = before is null || _rows is null ? page.Data : [.. _rows, .. page.Data];
        _cursor = page.NextCursor is null ? null : page.Data[^1].Sequence;
    }

    private async Task ExportAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var filter = _query.Filter(_calendar);
        var address = Tickets.Issue(actor, async http => http.GetActor().May(Permission.ViewAudit, organization)
            ? await AuditCsv.AnswerAsync(http.RequestServices.GetRequiredService<AuditList>(), organization, filter, http.RequestAborted)
            : ApiResults.Missing("download"));
        Navigation.NavigateTo(address, forceLoad: true);
    }

    private void Go(AuditQuery query) => Navigation.NavigateTo(query.Href, replace: true);

    private static string? Word(ChangeEventArgs change) => change.Value?.ToString() is { Length: > 0 } word ? word : null;

    private static DateOnly? Date(ChangeEventArgs change) =>
        DateOnly.TryParse(Word(change), CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
