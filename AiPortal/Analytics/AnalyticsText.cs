namespace AiPortal.Analytics;

/// <summary>Names the resources of the dashboard.</summary>
internal sealed class AnalyticsText;
