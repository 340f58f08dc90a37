namespace AiPortal.Core.Data;

/// <summary>A row that belongs to one organization; row-level security and a query filter hold it there.</summary>
public abstract class TenantRow
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; set; }

    /// <summary>The owning organization; never changes.</summary>
    public Guid OrganizationId { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC; set by <see cref="PortalDb"/> on save.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}
