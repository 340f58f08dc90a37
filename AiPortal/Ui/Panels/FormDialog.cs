using Radzen;

namespace AiPortal.Ui.Panels;

/// <summary>How a dialog with a form opens: its first field, the one with <c>autofocus</c>, has the focus at once and keeps it.</summary>
internal static class FormDialog
{
    /// <param name="width">Pixels, less on a narrow screen.</param>
    public static DialogOptions Wide(int width) => new()
    {
        Width = $"min({width}px, 96vw)",
        CloseDialogOnEsc = true,
        // It would come half a second late and take the focus from what is being typed.
        AutoFocusFirstElement = false,
    };
}
