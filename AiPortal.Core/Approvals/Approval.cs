using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Approvals;

/// <summary>What became of a request.</summary>
public enum ApprovalStatus
{
    Pending,

    /// <summary>Agreed to by everybody asked, and done in the same transaction.</summary>
    Approved,
    Rejected,

    /// <summary>Taken back by whoever asked.</summary>
    Withdrawn,
    Expired,

    /// <summary>What was asked for is not possible any more: its subject has changed, or the requester may not do it any more.</summary>
    Void,
}

/// <summary>A change that somebody asked for and others have to agree to. What is asked for never changes.</summary>
public sealed class Approval : TenantRow
{
    public const int MaxText = 500;

    /// <summary>The <see cref="ApprovalKind"/> that made a policy hold.</summary>
    public required string Kind { get; set; }

    /// <summary>The <see cref="IApprovedAction"/> that does it.</summary>
    public required string Action { get; set; }

    public required string SubjectType { get; set; }

    /// <summary>Null for what is yet to be made.</summary>
    public Guid? SubjectId { get; set; }

    public required string SubjectName { get; set; }

    /// <summary>JSON; the subject as it was when this was asked for.</summary>
    public string? Before { get; set; }

    public string? After { get; set; }

    /// <summary>JSON; holds no secret.</summary>
    public required string Payload { get; set; }

    /// <summary>A secret that the payload lacks, sealed for this request; null once it is decided.</summary>
    public byte[]? SecretCipher { get; set; }

    /// <summary>USD.</summary>
    public decimal? Amount { get; set; }

    public Guid? EnvironmentId { get; set; }

    /// <summary>The departments, teams and projects in which the subject lay when this was asked for: their managers may decide.</summary>
    public Guid[] Places { get; set; } = [];

    /// <summary>A person or a service token.</summary>
    public Guid RequestedBy { get; set; }

    public required string RequestedByName { get; set; }

    public bool IsByService { get; set; }

    /// <summary>The person behind it: the requester himself, or who made the token that asked. He never decides it.</summary>
    public Guid RequesterId { get; set; }

    public string? Reason { get; set; }

    public ApprovalStatus Status { get; set; }

    public required IReadOnlyList<Approver> Steps { get; set; }

    /// <summary>How many steps have agreed.</summary>
    public int StepsDone { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Why it is void: the code of the refusal.</summary>
    public string? VoidCode { get; set; }

    public string? VoidReason { get; set; }

    /// <summary>What was made or changed.</summary>
    public Guid? ResultId { get; set; }

    /// <summary>The topic of <see cref="LiveSignals"/> for an organization's requests.</summary>
    public static string Topic(Guid organizationId) => $"org:{organizationId}:approvals";

    /// <summary>A request that nobody decided in time is expired, whether that was written down or not.</summary>
    public ApprovalStatus StatusAt(DateTimeOffset now) => Status == ApprovalStatus.Pending && ExpiresAt <= now ? ApprovalStatus.Expired : Status;

    /// <summary>Whose turn it is; null when it is decided.</summary>
    public Approver? Next => Status == ApprovalStatus.Pending && StepsDone < Steps.Count ? Steps[StepsDone] : null;
}

/// <summary>What happened to a request.</summary>
public enum ApprovalEventKind { Requested, Commented, Approved, Rejected, Withdrawn, Expired, Voided }

/// <summary>A line of a request's history.</summary>
public sealed class ApprovalEvent : TenantRow
{
    public Guid ApprovalId { get; set; }

    public ApprovalEventKind Kind { get; set; }

    /// <summary>1, 2: the step that was decided.</summary>
    public int? Step { get; set; }

    public Guid ActorId { get; set; }

    public required string ActorName { get; set; }

    /// <summary>Who was away, where a delegate decided.</summary>
    public Guid? OnBehalfOf { get; set; }

    public string? OnBehalfOfName { get; set; }

    public string? Comment { get; set; }
}

internal sealed class ApprovalMapping : IEntityTypeConfiguration<Approval>, IEntityTypeConfiguration<ApprovalEvent>
{
    public void Configure(EntityTypeBuilder<Approval> builder)
    {
        builder.ToTable("approvals");
        builder.Property(a => a.Kind).HasMaxLength(80);
        builder.Property(a => a.Action).HasMaxLength(80);
        builder.Property(a => a.SubjectType).HasMaxLength(40);
        builder.Property(a => a.SubjectName).HasMaxLength(300);
        builder.Property(a => a.RequestedByName).HasMaxLength(254);
        builder.Property(a => a.Reason).HasMaxLength(Approval.MaxText);
        builder.Property(a => a.VoidCode).HasMaxLength(80);
        builder.Property(a => a.VoidReason).HasMaxLength(1000);
        builder.Property(a => a.Steps).HasColumnType("text[]").HasConversion(StepWords.Converter, StepWords.Comparer);
        builder.HasIndex(a => new { a.OrganizationId, a.Status, a.CreatedAt });
        builder.HasIndex(a => new { a.OrganizationId, a.CreatedAt });
    }

    public void Configure(EntityTypeBuilder<ApprovalEvent> builder)
    {
        builder.ToTable("approval_events");
        builder.Property(e => e.ActorName).HasMaxLength(254);
        builder.Property(e => e.OnBehalfOfName).HasMaxLength(254);
        builder.Property(e => e.Comment).HasMaxLength(Approval.MaxText);
        builder.HasIndex(e => e.ApprovalId);
        builder.HasOne<Approval>().WithMany().HasForeignKey(e => e.ApprovalId).OnDelete(DeleteBehavior.Cascade);
    }
}
