namespace AiPortal.Alerts;

/// <summary>Names the resources of the alerts page.</summary>
internal sealed class AlertsText;
