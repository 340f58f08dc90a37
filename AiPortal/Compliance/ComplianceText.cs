namespace AiPortal.Compliance;

/// <summary>Names the resources of the compliance page.</summary>
internal sealed class ComplianceText;
