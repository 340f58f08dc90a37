namespace AiPortal.Access;

/// <summary>The words of the sign-in pages: AccessText.resx and its cultures.</summary>
internal sealed class AccessText;
