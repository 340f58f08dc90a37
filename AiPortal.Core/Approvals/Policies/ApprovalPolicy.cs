using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Approvals.Policies;

/// <summary>Which changes need whose approval.</summary>
public sealed class ApprovalPolicy : TenantRow
{
    /// <summary>The <see cref="ApprovalKind"/> it is about.</summary>
    public required string Kind { get; set; }

    /// <summary>USD: it holds for more than this. Null: for any amount.</summary>
    public decimal? AboveAmount { get; set; }

    /// <summary>Null: in all environments.</summary>
    public Guid? EnvironmentId { get; set; }

    /// <summary>One or two, in their order.</summary>
    public required IReadOnlyList<Approver> Steps { get; set; }

    public int ExpiresAfterHours { get; set; } = ApprovalPolicyDraft.StandardHours;

    public bool Enabled { get; set; } = true;

    /// <summary>Whether a change falls under it. One that knows no bound is above every amount.</summary>
    internal bool Covers(Access.ApprovalTrigger trigger) =>
        Enabled && Kind == trigger.Kind
        && (EnvironmentId is null || EnvironmentId == trigger.EnvironmentId)
        && (AboveAmount is null || trigger.Amount is null || trigger.Amount > AboveAmount);
}

/// <summary>A policy as its author writes it.</summary>
public sealed record ApprovalPolicyDraft
{
    public const int StandardHours = 168;
    public const int MostHours = 2160;
    private const int MostSteps = 2;

    public string Kind { get; init; } = "";

    public decimal? AboveAmount { get; init; }

    public Guid? EnvironmentId { get; init; }

    public IReadOnlyList<Approver> Steps { get; init; } = [];

    /// <summary>1 to 2160: how long a request waits.</summary>
    public int ExpiresAfterHours { get; init; } = StandardHours;

    public bool Enabled { get; init; } = true;

    internal static ApprovalPolicyDraft Of(ApprovalPolicy policy) => new()
    {
        Kind = policy.Kind,
        AboveAmount = policy.AboveAmount,
        EnvironmentId = policy.EnvironmentId,
        Steps = policy.Steps,
        ExpiresAfterHours = policy.ExpiresAfterHours,
        Enabled = policy.Enabled,
    };

    internal void WriteTo(ApprovalPolicy policy)
    {
        (policy.Kind, policy.AboveAmount, policy.EnvironmentId) = (Kind, AboveAmount, EnvironmentId);
        (policy.Steps, policy.ExpiresAfterHours, policy.Enabled) = (Steps, ExpiresAfterHours, Enabled);
    }

    internal void Check(FieldFaults faults, IReadOnlyCollection<ApprovalKind> kinds)
    {
        var kind = kinds.FirstOrDefault(known => known.Name == Kind);
        if (kind is null) faults.Add("kind", $"Must be one of {string.Join(", ", kinds.Select(known => known.Name).Order(StringComparer.Ordinal))}.");
        faults.Require(kind is null || AboveAmount is null || kind.HasAmount, "above_amount", "Changes of this kind have no amount.");
        faults.Require(kind is null || EnvironmentId is null || kind.HasEnvironment, "environment_id", "Changes of this kind belong to no environment.");
        faults.Require(AboveAmount is null || (AboveAmount >= 0 && Money.Usd.IsStorable(AboveAmount.Value)), "above_amount", "Must be 0 or more, with at most twelve decimals.");
        faults.Require(Steps.Count is >= 1 and <= MostSteps, "steps", "Must be one or two approvers.");
        faults.Require(ExpiresAfterHours is >= 1 and <= MostHours, "expires_after_hours", $"Must be 1 to {MostHours}.");
    }
}

internal sealed class ApprovalPolicyMapping : IEntityTypeConfiguration<ApprovalPolicy>
{
    public void Configure(EntityTypeBuilder<ApprovalPolicy> builder)
    {
        builder.ToTable("approval_policies");
        builder.Property(p => p.Kind).HasMaxLength(80);
        builder.Property(p => p.Steps).HasColumnType("text[]").HasConversion(StepWords.Converter, StepWords.Comparer);
        builder.HasIndex(p => new { p.OrganizationId, p.Kind, p.EnvironmentId, p.AboveAmount }).IsUnique().AreNullsDistinct(false);
        builder.HasOne<DeploymentEnvironment>().WithMany().HasForeignKey(p => p.EnvironmentId).OnDelete(DeleteBehavior.Restrict);
    }
}
