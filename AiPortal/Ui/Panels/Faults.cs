using System.Globalization;
using AiPortal.Core.Data;
using Microsoft.Extensions.Localization;

namespace AiPortal.Ui.Panels;

/// <summary>
/// What a use case refused, in the reader's language, for a form to show beside its fields. English has the use case's own words;
/// elsewhere <c>Fault.field</c> of the form's texts says what would be right, and <c>Fault.code</c> what stands against the whole.
/// </summary>
public sealed class Faults
{
    private readonly Dictionary<string, string> _byField = [];

    private Faults()
    {
    }

    public static Faults None { get; } = new();

    /// <summary>What belongs to no field of the form; null when all faults do.</summary>
    public string? General { get; private init; }

    /// <summary>The fault of a field by its snake_case name, or null.</summary>
    public string? this[string field] => _byField.GetValueOrDefault(field);

    /// <summary>"true" for <c>aria-invalid</c> where the field has a fault.</summary>
    public string? Invalid(string field) => _byField.ContainsKey(field) ? "true" : null;

    /// <param name="refusal">Null: no faults.</param>
    /// <param name="text">The form's texts.</param>
    /// <param name="fields">The fields that the form shows.</param>
    public static Faults Of(Refusal? refusal, IStringLocalizer text, params ReadOnlySpan<string> fields)
    {
        if (refusal is null) return None;
        var byField = new Dictionary<string, string>();
        var rest = new List<string>();
        foreach (var (field, messages) in refusal.Errors ?? new Dictionary<string, string[]>())
        {
            var words = Words(text, field, string.Join(" ", messages));
            if (fields.Contains(field)) byField[field] = words;
            else rest.Add($"{field}: {words}");
        }

        var general = rest.Count > 0 ? string.Join(" ", rest) : byField.Count > 0 ? null : Words(text, refusal.Code, refusal.Message);
        var faults = new Faults { General = general };
        foreach (var (field, words) in byField) faults._byField[field] = words;
        return faults;
    }

    private static string Words(IStringLocalizer text, string name, string message)
    {
        if (CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en") return message;
        var own = text[$"Fault.{name}"];
        return own.ResourceNotFound ? UiText.Find($"Fault.{name}", CultureInfo.CurrentUICulture) ?? message : own.Value;
    }
}
