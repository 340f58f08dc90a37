using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Replays;

/// <summary>An idempotency key that a virtual key has used, and the answer it stands for once there is one. Expires.</summary>
public sealed class CallReplay : TenantRow
{
    public Guid KeyId { get; set; }

    public required string IdempotencyKey { get; set; }

    /// <summary>HMAC over path and body under the master key: bodies are short enough to be guessed from a plain hash.</summary>
    public required byte[] RequestHash { get; set; }

    /// <summary>The call that was made.</summary>
    public Guid RequestId { get; set; }

    /// <summary>UTC; pushed on while the call runs, so that a process that died is told from one that works.</summary>
    public DateTimeOffset RunningUntil { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Null while the call runs; 0 for an answer that was not kept, a stream.</summary>
    public int? HttpStatus { get; set; }

    /// <summary>Content type, headers and body, sealed by the master key.</summary>
    public byte[]? Answer { get; set; }
}

internal sealed class CallReplayMapping : IEntityTypeConfiguration<CallReplay>
{
    public void Configure(EntityTypeBuilder<CallReplay> builder)
    {
        builder.ToTable("call_replays");
        builder.Property(r => r.IdempotencyKey).HasMaxLength(CallReplays.MaxKeyLength);
        builder.HasIndex(r => new { r.KeyId, r.IdempotencyKey }).IsUnique();
        builder.HasIndex(r => r.ExpiresAt);
    }
}
