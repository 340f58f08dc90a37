namespace AiPortal.Budgets.Requests;

/// <summary>Names the resources of asking for more budget.</summary>
internal sealed class RequestsText;
