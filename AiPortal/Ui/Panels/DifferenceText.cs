namespace AiPortal.Ui.Panels;

/// <summary>Names the resources of the table of differences.</summary>
internal sealed class DifferenceText;
