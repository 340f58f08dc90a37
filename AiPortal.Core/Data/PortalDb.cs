using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace AiPortal.Core.Data;

/// <summary>
/// The one EF context. It knows no feature: each brings its row and mapping. Opened through <see cref="TenantDb"/> (one
/// organization, role portal_app) or <see cref="PortalDatabase"/> (system work, role portal_system); never injected.
/// </summary>
public sealed class PortalDb(DbContextOptions<PortalDb> options, Guid? organizationId, TimeProvider clock) : DbContext(options)
{
    /// <summary>The organization all queries are confined to; null only for portal_system and migrations.</summary>
    public Guid? OrganizationId { get; } = organizationId;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<decimal>().HavePrecision(24, 12);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PortalDb).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            ColumnNames.Apply(entity);
            if (typeof(TenantRow).IsAssignableFrom(entity.ClrType))
                Filter.MakeGenericMethod(entity.ClrType).Invoke(this, [modelBuilder]);
        }
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Stamp();
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Use SaveChangesAsync.");

    private void Stamp()
    {
        var now = clock.GetUtcNow();
        foreach (var entry in ChangeTracker.Entries<TenantRow>())
        {
            if (entry.State == EntityState.Added)
            {
                if (entry.Entity.Id == Guid.Empty) entry.Entity.Id = Ids.New(clock);
                if (OrganizationId is { } organization && entry.Entity.OrganizationId == Guid.Empty)
                    entry.Entity.OrganizationId = organization;
                if (entry.Entity.CreatedAt == default) entry.Entity.CreatedAt = now;
                entry.Entity.UpdatedAt = now;
            }
            else if (entry.State == EntityState.Modified)
            {
                entry.Entity.UpdatedAt = now;
            }
        }
    }

    private static readonly MethodInfo Filter =
        typeof(PortalDb).GetMethod(nameof(FilterByOrganization), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private void FilterByOrganization<T>(ModelBuilder model) where T : TenantRow
    {
        Expression<Func<T, bool>> filter = row => OrganizationId == null || row.OrganizationId == OrganizationId;
        model.Entity<T>().HasQueryFilter(filter);
    }
}
