using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Tenancy;

/// <summary>A named part of an organization that cost can be attributed to.</summary>
public abstract class StructureRow : TenantRow
{
    public required string Name { get; set; }

    /// <summary>Deleted rows stay, so that history keeps its names; lists leave them out.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>May be nested.</summary>
public sealed class Department : StructureRow
{
    public Guid? ParentId { get; set; }
}

public sealed class Team : StructureRow, ILimitedRow
{
    public Guid? DepartmentId { get; set; }

    public int? Rpm { get; set; }

    public int? Tpm { get; set; }

    public int? Concurrency { get; set; }
}

public sealed class Project : StructureRow
{
    public Guid? TeamId { get; set; }
}

public sealed class CostCenter : StructureRow
{
    /// <summary>The number finance knows it by.</summary>
    public string? Code { get; set; }
}

/// <summary>Development, test, production.</summary>
public sealed class DeploymentEnvironment : StructureRow;

internal sealed class StructureMapping : IEntityTypeConfiguration<Department>, IEntityTypeConfiguration<Team>,
    IEntityTypeConfiguration<Project>, IEntityTypeConfiguration<CostCenter>, IEntityTypeConfiguration<DeploymentEnvironment>
{
    public void Configure(EntityTypeBuilder<Department> builder)
    {
        Named(builder, "departments");
        builder.HasOne<Department>().WithMany().HasForeignKey(d => d.ParentId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Team> builder)
    {
        Named(builder, "teams");
        builder.HasOne<Department>().WithMany().HasForeignKey(t => t.DepartmentId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Project> builder)
    {
        Named(builder, "projects");
        builder.HasOne<Team>().WithMany().HasForeignKey(p => p.TeamId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<CostCenter> builder)
    {
        Named(builder, "cost_centers");
        builder.Property(c => c.Code).HasMaxLength(40);
    }

    public void Configure(EntityTypeBuilder<DeploymentEnvironment> builder) => Named(builder, "environments");

    private static void Named<T>(EntityTypeBuilder<T> builder, string table) where T : StructureRow
    {
        builder.ToTable(table);
        builder.Property(row => row.Name).HasMaxLength(200);
        builder.HasIndex(row => new { row.OrganizationId, row.Name }).IsUnique().HasFilter("deleted_at IS NULL");
    }
}
