using System.Text.Encodings.Web;
using System.Text.Json;
using AiPortal.Access;
using AiPortal.Core.Bodies;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics.Calls;

/// <summary>What the call asked and was answered. Nothing is read before the reader asks for it: each look is on the audit trail.</summary>
public sealed partial class ReceiptBodies
{
    /// <summary>A longer text than this is shown as it is kept.</summary>
    private const int MostIndented = 256 * 1024;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Guid _shown;
    private CallBody? _body;
    private bool _missing;
    private bool _reading;

    [Inject] internal IStringLocalizer<CallText> Text { get; init; } = default!;

    [Inject] internal ReadCallBody Bodies { get; init; } = default!;

    [Inject] internal CurrentActor Current { get; init; } = default!;

    [Parameter, EditorRequired] public Guid RequestId { get; set; }

    protected override void OnParametersSet()
    {
        if (_shown == RequestId) return;
        (_shown, _body, _missing) = (RequestId, null, false);
    }

    private async Task ReadAsync()
    {
        if (_reading) return;
        _reading = true;
        var wanted = RequestId;
        var (actor, organization) = await Current.HereAsync();
        var outcome = await Bodies.RunAsync(actor, organization, wanted);
        _reading = false;
        if (wanted != RequestId) return;
        (_body, _missing) = (outcome.IsRefused ? null : outcome.Value, outcome.IsRefused);
    }

    /// <summary>JSON with its lines broken; what was cut is none any more and stays as it is.</summary>
    private static string Readable(KeptText text)
    {
        if (text.Truncated || text.Text.Length > MostIndented) return text.Text;
        try
        {
            using var document = JsonDocument.Parse(text.Text);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text.Text;
        }
    }
}
