namespace AiPortal.Analytics.Calls;

/// <summary>Names the resources of calls and their receipts.</summary>
internal sealed class CallText;
