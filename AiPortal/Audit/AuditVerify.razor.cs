using System.Text.Json;
using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;

namespace AiPortal.Audit;

/// <summary>Is the record whole, and is it the one I knew?</summary>
public sealed partial class AuditVerify
{
    private const int MaxAnchorBytes = 10_000;
    private AuditVerdict? _verdict;
    private string? _fault;
    private bool _busy;

    [Inject] internal IStringLocalizer<AuditText> Text { get; init; } = default!;

    [Inject] internal AuditList Trail { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Inject] internal DownloadTickets Tickets { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [Parameter, EditorRequired] public Guid OrganizationId { get; set; }

    private async Task VerifyAsync(AuditAnchor? anchor)
    {
        if (_busy) return;
        (_busy, _fault, _verdict) = (true, null, null);
        StateHasChanged();
        var (actor, organization) = await Current.HereAsync();
        if (actor.May(Permission.ViewAudit, organization))
        {
            _verdict = anchor is null ? await Trail.VerifyAsync(organization) : await Trail.VerifyAsync(anchor);
            if (_verdict is null) _fault = Text["Anchor.Forged"];
        }

        _busy = false;
    }

    private async Task TakeAnchorAsync()
    {
        var (actor, organization) = await Current.HereAsync();
        var address = Tickets.Issue(actor, async http =>
        {
            var anchor = http.GetActor().May(Permission.ViewAudit, organization)
                ? await http.RequestServices.GetRequiredService<AuditList>().AnchorAsync(organization, http.RequestAborted) : null;
            return anchor is null
                ? ApiResults.Missing("audit event")
                : Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(anchor, ApiJson.Options), "application/json", $"audit-anchor-{anchor.Sequence}.json");
        });
        Navigation.NavigateTo(address, forceLoad: true);
    }

    private async Task CheckAsync(InputFileChangeEventArgs chosen)
    {
        AuditAnchor? anchor = null;
        try
        {
            await using var file = chosen.File.OpenReadStream(MaxAnchorBytes);
            anchor = await JsonSerializer.DeserializeAsync<AuditAnchor>(file, ApiJson.Options);
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            anchor = null;
        }

        var (_, organization) = await Current.HereAsync();
        if (anchor is not { Hash.Length: 64 } || anchor.OrganizationId != organization) _fault = Text["Anchor.Unread"];
        else await VerifyAsync(anchor);
    }
}
