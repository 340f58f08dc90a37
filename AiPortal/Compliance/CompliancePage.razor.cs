using System.Globalization;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Compliance;
using AiPortal.Core.Money;
using AiPortal.Ui.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Compliance;

/// <summary>What does an auditor need to see?</summary>
public sealed partial class CompliancePage
{
    private EvidenceFigures? _figures;
    private DateOnly _from;
    private DateOnly _to;
    private Guid _organization;
    private bool _allowed = true;

    [Inject] internal IStringLocalizer<ComplianceText> Text { get; init; } = default!;

    [Inject] internal EvidenceReader Evidence { get; init; } = default!;

    [Inject] internal DownloadTickets Tickets { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Inject] internal TimeProvider Clock { get; init; } = default!;

    [CascadingParameter] private DisplayZone Zone { get; set; } = DisplayZone.Utc;

    protected override async Task OnInitializedAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        (_organization, _allowed) = (organization, actor.May(Permission.ViewAudit, organization));
        _to = new OrganizationCalendar(Zone.Zone).LocalDate(Clock.GetUtcNow());
        _from = _to.AddDays(-ComplianceEndpoints.StandardDays);
        if (_allowed) _figures = await Evidence.FiguresAsync(organization);
    }

    private async Task TakeAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var calendar = new OrganizationCalendar(Zone.Zone);
        var period = new EvidencePeriod(calendar.DayOf(_from).Start, calendar.DayOf(_to).End);
        var address = Tickets.Issue(actor, http => EvidenceDownload.AnswerAsync(http, http.GetActor(), organization, period));
        Navigation.NavigateTo(address, forceLoad: true);
    }

    private static string Figure(int? count) => count?.ToString("N0", CultureInfo.CurrentCulture) ?? "";
}
