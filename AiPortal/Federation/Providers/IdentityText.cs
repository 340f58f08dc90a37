namespace AiPortal.Federation.Providers;

/// <summary>The words of identity providers: IdentityText.resx and its cultures.</summary>
internal sealed class IdentityText;
