using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Access.TwoFactor;

/// <summary>A person's authenticator; <see cref="PortalUser"/> says whether it is asked for. One row a person.</summary>
public sealed class UserSecondFactor
{
    public Guid UserId { get; set; }

    /// <summary>The shared secret, sealed for this person.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>UTC; null until the first code proved that the app has the secret.</summary>
    public DateTimeOffset? EnabledAt { get; set; }

    /// <summary>The last time step whose code was used: it and those before are spent.</summary>
    public long LastStep { get; set; }

    /// <summary>SHA-256 of the recovery codes that are left.</summary>
    public List<byte[]> RecoveryHashes { get; set; } = [];

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    internal static string Context(Guid userId) => $"second_factor:{userId}";
}

internal sealed class UserSecondFactorMapping : IEntityTypeConfiguration<UserSecondFactor>
{
    public void Configure(EntityTypeBuilder<UserSecondFactor> builder)
    {
        builder.ToTable("user_second_factors");
        builder.HasKey(f => f.UserId);
        builder.Property(f => f.UserId).ValueGeneratedNever();
        builder.HasOne<PortalUser>().WithOne().HasForeignKey<UserSecondFactor>(f => f.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
