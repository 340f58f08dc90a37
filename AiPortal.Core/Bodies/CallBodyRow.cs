using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Bodies;

/// <summary>A call's texts as they are kept. Its id is the call's; the texts are sealed (<see cref="BodySeal"/>).</summary>
public sealed class CallBodyRow : TenantRow
{
    /// <summary>UTC; when the call began.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>UTC; nobody can read it any more, and its partition goes when the last of that day has expired.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    public bool Streamed { get; set; }

    /// <summary>Words of what was taken out.</summary>
    public required string[] Redactions { get; set; }

    public required byte[] Request { get; set; }

    /// <summary>Of the request as it came.</summary>
    public long RequestBytes { get; set; }

    public bool RequestTruncated { get; set; }

    /// <summary>Null where no answer came.</summary>
    public byte[]? Response { get; set; }

    /// <summary>Of the answer as it went; of a stream, with its frames.</summary>
    public long ResponseBytes { get; set; }

    public bool ResponseTruncated { get; set; }
}

internal sealed class CallBodyMapping : IEntityTypeConfiguration<CallBodyRow>
{
    public void Configure(EntityTypeBuilder<CallBodyRow> builder)
    {
        builder.ToTable("call_bodies", table => table.ExcludeFromMigrations());
        builder.HasKey(b => new { b.Id, b.ExpiresAt });
        builder.Ignore(b => b.CreatedAt);
        builder.Ignore(b => b.UpdatedAt);
    }
}
