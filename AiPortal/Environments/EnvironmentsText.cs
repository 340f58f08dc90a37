namespace AiPortal.Environments;

/// <summary>Texts of the environments' page.</summary>
internal sealed class EnvironmentsText;
