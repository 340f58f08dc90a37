namespace AiPortal.Federation;

/// <summary>The words of the settings of sign-in: FederationText.resx and its cultures.</summary>
internal sealed class FederationText;
