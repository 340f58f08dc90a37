using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Ledger;

/// <summary>How a call ended for the caller.</summary>
public enum CallStatus { Ok, Failed, Partial, Unknown, Refused }

/// <summary>One row a call, refused ones too. <see cref="TenantRow.Id"/> is the request id. Partitioned by month of <see cref="StartedAt"/>.</summary>
public sealed class CallLogRow : TenantRow
{
    public DateTimeOffset StartedAt { get; set; }

    public CallStatus Status { get; set; }

    /// <summary>As answered to the caller; 499 when he had left.</summary>
    public int HttpStatus { get; set; }

    public string? ErrorCode { get; set; }

    public Guid? DepartmentId { get; set; }

    public Guid? TeamId { get; set; }

    public Guid? ProjectId { get; set; }

    public Guid? CostCenterId { get; set; }

    public Guid? EnvironmentId { get; set; }

    public Guid? UserId { get; set; }

    public Guid? KeyId { get; set; }

    public string? ModelName { get; set; }

    /// <inheritdoc cref="Intent.DowngradedFrom"/>
    public string? DowngradedFrom { get; set; }

    public Guid? ProviderId { get; set; }

    public string? ProviderName { get; set; }

    public required string RequestType { get; set; }

    public bool Streamed { get; set; }

    public int Attempts { get; set; }

    /// <summary>All input, cached included.</summary>
    public long InputUnits { get; set; }

    /// <summary>All output, reasoning included.</summary>
    public long OutputUnits { get; set; }

    /// <summary>USD over all attempts.</summary>
    public decimal TotalCost { get; set; }

    public bool Estimated { get; set; }

    public int? LatencyMs { get; set; }

    public int? TtftMs { get; set; }

    public string? ClientIp { get; set; }

    public string? SessionId { get; set; }

    public string? WorkflowId { get; set; }

    public string? AccountId { get; set; }

    public Dictionary<string, string>? Tags { get; set; }

    /// <summary>The call whose answer was given again under its idempotency key; such a call costs nothing.</summary>
    public Guid? ReplayOf { get; set; }
}

internal sealed class CallLogMapping : IEntityTypeConfiguration<CallLogRow>
{
    public void Configure(EntityTypeBuilder<CallLogRow> builder)
    {
        builder.ToTable("call_log", table => table.ExcludeFromMigrations());
        builder.HasKey(e => new { e.StartedAt, e.Id });
        builder.Ignore(e => e.UpdatedAt);
        builder.Ignore(e => e.CreatedAt);
        builder.Property(e => e.Tags).HasJson();
    }
}
