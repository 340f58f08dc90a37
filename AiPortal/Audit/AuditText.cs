namespace AiPortal.Audit;

/// <summary>Names the resources of the audit page.</summary>
internal sealed class AuditText;
