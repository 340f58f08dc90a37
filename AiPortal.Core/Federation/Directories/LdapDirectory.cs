using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AiPortal.Core.Federation.Directories;

/// <summary>How a directory is spoken to; there is no way without TLS.</summary>
public enum DirectorySecurity
{
    /// <summary>TLS from the first byte, port 636.</summary>
    Ldaps,

    /// <summary>TLS begun before anything else is said, port 389.</summary>
    StartTls,
}

/// <summary>The LDAP directory that knows an organization's people; at most one an organization.</summary>
public sealed class LdapDirectory : TenantRow
{
    public bool Enabled { get; set; }

    public required string Host { get; set; }

    public int Port { get; set; }

    public DirectorySecurity Security { get; set; }

    /// <summary>PEM of the authorities that may have signed the server's certificate; null: those of the system.</summary>
    public string? CaCertificates { get; set; }

    /// <summary>Lets the address be private, within <c>Portal:PrivateUpstreams</c>.</summary>
    public bool AllowPrivate { get; set; }

    public required string BaseDn { get; set; }

    /// <summary>As whom people are searched for.</summary>
    public required string BindDn { get; set; }

    /// <summary>Sealed for this row.</summary>
    public byte[]? BindSecretCipher { get; set; }

    /// <summary>With <c>{login}</c> for the address as typed and <c>{name}</c> for what stands before its @.</summary>
    public required string UserFilter { get; set; }

    public required string MailAttribute { get; set; }

    public required string NameAttribute { get; set; }

    /// <summary>What never changes of a person and is never given to another: <c>entryUUID</c>, in Active Directory <c>objectGUID</c>.</summary>
    public required string IdAttribute { get; set; }

    /// <summary>With <c>{dn}</c> for the person; null: groups are those of his <c>memberOf</c>.</summary>
    public string? GroupFilter { get; set; }

    /// <summary>The mail domains whose people it knows, in lower case. No two organizations have the same.</summary>
    public string[] Domains { get; set; } = [];

    public IReadOnlyList<GroupRule> Groups { get; set; } = [];

    /// <summary>Of who is in none of the groups with a role; null: he does not come in.</summary>
    public Role? DefaultRole { get; set; }

    /// <summary>Who is new is made a member at his first sign-in.</summary>
    public bool CreateMembers { get; set; }

    /// <summary>Passwords of the portal's own count for its people too; for owners they always do.</summary>
    public bool LocalPasswords { get; set; } = true;

    public int TimeoutSeconds { get; set; } = 5;

    internal static string Context(Guid organizationId, Guid id) => $"directory:{organizationId}:{id}";
}

/// <summary>Attempts by names that the portal does not know yet; <see cref="Access.SignInAttempts"/> counts those of people it knows.</summary>
public sealed class DirectoryAttempt
{
    /// <summary>SHA-256 of the directory and the address.</summary>
    public required byte[] Name { get; set; }

    public int Failures { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset LastAt { get; set; }
}

internal sealed class LdapDirectoryMapping : IEntityTypeConfiguration<LdapDirectory>, IEntityTypeConfiguration<DirectoryAttempt>
{
    public void Configure(EntityTypeBuilder<LdapDirectory> builder)
    {
        builder.ToTable("ldap_directories");
        builder.Property(d => d.Host).HasMaxLength(253);
        builder.Property(d => d.CaCertificates).HasMaxLength(LdapDirectoryDraft.MaxCertificates);
        builder.Property(d => d.BaseDn).HasMaxLength(500);
        builder.Property(d => d.BindDn).HasMaxLength(500);
        builder.Property(d => d.UserFilter).HasMaxLength(1000);
        builder.Property(d => d.MailAttribute).HasMaxLength(100);
        builder.Property(d => d.NameAttribute).HasMaxLength(100);
        builder.Property(d => d.IdAttribute).HasMaxLength(100);
        builder.Property(d => d.GroupFilter).HasMaxLength(1000);
        builder.Property(d => d.Groups).HasJson();
        builder.HasIndex(d => d.OrganizationId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<DirectoryAttempt> builder)
    {
        builder.ToTable("directory_attempts");
        builder.HasKey(a => a.Name);
        builder.HasIndex(a => a.LastAt);
    }
}
