namespace AiPortal.Approvals;

/// <summary>Names the resources of the approval pages.</summary>
internal sealed class ApprovalsText;
