namespace AiPortal.Core.Ledger;

/// <summary>Who pays for a call: the chain as it was when the call began. Later moves of a key or a person do not change it.</summary>
public sealed record Attribution(
    Guid OrganizationId,
    Guid? DepartmentId = null,
    Guid? TeamId = null,
    Guid? ProjectId = null,
    Guid? CostCenterId = null,
    Guid? EnvironmentId = null,
    Guid? UserId = null,
    Guid? KeyId = null);
