namespace AiPortal.Providers;

/// <summary>The words of provider accounts: ProvidersText.resx and its cultures.</summary>
internal sealed class ProvidersText;
