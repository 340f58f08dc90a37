using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Routing.Routes;

/// <summary>How a route orders the accounts that could take a call.</summary>
public enum RouteStrategy
{
    /// <summary>The lowest priority number first; also where no route matches.</summary>
    Priority,

    /// <summary>At random, in proportion to the weights.</summary>
    Weighted,
    Random,

    /// <summary>The fewest calls running, for its weight.</summary>
    LeastBusy,
    LowestCost,
    LowestLatency,
    HighestSuccess,

    /// <summary>The same beginning of a prompt goes to the same account, where the vendor has it cached.</summary>
    CacheAware,
}

/// <summary>An account that a route names.</summary>
/// <param name="Model">The vendor's name of the model to ask for; null: the model asked for, by the account's own map.</param>
/// <param name="Weight">1 to 1000.</param>
/// <param name="Priority">0 to 1000; a higher number is tried only after all lower ones.</param>
public sealed record RouteTarget(Guid ProviderId, string? Model = null, int Weight = 1, int Priority = 0);

/// <summary>Says where calls for some models go. Of the routes that match a model the first by position counts.</summary>
public sealed class ModelRoute : TenantRow
{
    public required string Name { get; set; }

    /// <summary>A name or a pattern with <c>*</c> for any characters.</summary>
    public required string Model { get; set; }

    public RouteStrategy Strategy { get; set; }

    /// <summary>Empty: all accounts that serve the model.</summary>
    public List<RouteTarget> Targets { get; set; } = [];

    public int MaxAttempts { get; set; } = RouteDraft.StandardAttempts;

    /// <summary>No attempt begins later after the call's beginning, and none waits longer for an answer to begin.</summary>
    public int TimeoutSeconds { get; set; } = RouteDraft.StandardTimeout;

    public bool Enabled { get; set; } = true;

    /// <summary>For the calls that this route takes; what it leaves open is as the organization says, and a key's own word comes before it.</summary>
    public CacheTerms? Cache { get; set; }

    /// <summary>Lower is looked at first.</summary>
    public int Position { get; set; }
}

internal sealed class ModelRouteMapping : IEntityTypeConfiguration<ModelRoute>
{
    public void Configure(EntityTypeBuilder<ModelRoute> builder)
    {
        builder.ToTable("routes");
        builder.Property(r => r.Name).HasMaxLength(200);
        builder.Property(r => r.Model).HasMaxLength(256);
        builder.Property(r => r.Targets).HasJson();
        builder.Property(r => r.Cache).HasJson();
        builder.HasIndex(r => new { r.OrganizationId, r.Name }).IsUnique();
    }
}
