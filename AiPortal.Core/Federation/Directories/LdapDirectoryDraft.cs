using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using AiPortal.Core.Data;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Federation.Directories;

/// <summary>What may be said of a directory. The secret is written and never read.</summary>
public sealed partial record LdapDirectoryDraft
{
    public const int MaxCertificates = 64 * 1024;
    public const int MostRules = 200;
    public const int LongestTimeout = 30;

    public bool Enabled { get; init; } = true;

    public string Host { get; init; } = "";

    public int Port { get; init; } = 636;

    public DirectorySecurity Security { get; init; }

    public string? CaCertificates { get; init; }

    public bool AllowPrivate { get; init; }

    public string BaseDn { get; init; } = "";

    public string BindDn { get; init; } = "";

    /// <summary>Null: the one that is kept.</summary>
    public string? BindSecret { get; init; }

    public string UserFilter { get; init; } = "(&(objectClass=person)(mail={login}))";

    public string MailAttribute { get; init; } = "mail";

    public string NameAttribute { get; init; } = "displayName";

    public string IdAttribute { get; init; } = "entryUUID";

    public string? GroupFilter { get; init; }

    public IReadOnlyList<string> Domains { get; init; } = [];

    public IReadOnlyList<GroupRule> Groups { get; init; } = [];

    public Role? DefaultRole { get; init; }

    public bool CreateMembers { get; init; }

    public bool LocalPasswords { get; init; } = true;

    public int TimeoutSeconds { get; init; } = 5;

    public static LdapDirectoryDraft Of(LdapDirectory? row) => row is null ? new() : new()
    {
        Enabled = row.Enabled,
        Host = row.Host,
        Port = row.Port,
        Security = row.Security,
        CaCertificates = row.CaCertificates,
        AllowPrivate = row.AllowPrivate,
        BaseDn = row.BaseDn,
        BindDn = row.BindDn,
        UserFilter = row.UserFilter,
        MailAttribute = row.MailAttribute,
        NameAttribute = row.NameAttribute,
        IdAttribute = row.IdAttribute,
        GroupFilter = row.GroupFilter,
        Domains = row.Domains,
        Groups = row.Groups,
        DefaultRole = row.DefaultRole,
        CreateMembers = row.CreateMembers,
        LocalPasswords = row.LocalPasswords,
        TimeoutSeconds = row.TimeoutSeconds,
    };

    /// <param name="hasSecret">Whether one is kept that may still be used.</param>
    internal FieldFaults Check(bool hasSecret)
    {
        var faults = new FieldFaults();
        faults.Require(Uri.CheckHostName(Host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6, "host", "Must be a host name or an address, without scheme and port.");
        faults.Require(Port is > 0 and < 65536, "port", "Must be a port from 1 to 65535.");
        faults.Require(CaCertificates is null || AreCertificates(CaCertificates), "ca_certificates", "Must be certificates in PEM.");
        faults.RequireText(BaseDn, "base_dn", 500);
        faults.RequireText(BindDn, "bind_dn", 500);
        faults.Require(hasSecret || BindSecret is not null, "bind_secret", "Needed: directories take an empty password for an anonymous visit.");
        faults.Require(BindSecret is null or { Length: > 0 and <= 1000 }, "bind_secret", "Must have 1 to 1000 characters.");
        faults.Require(UserFilter.Length <= 1000 && LdapFilter.IsWhole(UserFilter) && (UserFilter.Contains("{login}", StringComparison.Ordinal) || UserFilter.Contains("{name}", StringComparison.Ordinal)),
            "user_filter", "Must be one filter in brackets with {login} or {name} in it, as (mail={login}).");
        faults.Require(GroupFilter is null || (GroupFilter.Length <= 1000 && LdapFilter.IsWhole(GroupFilter) && GroupFilter.Contains("{dn}", StringComparison.Ordinal)),
            "group_filter", "Must be one filter in brackets with {dn} in it, as (member={dn}).");
        faults.Require(Attribute().IsMatch(MailAttribute), "mail_attribute", "Must be the name of an attribute.");
        faults.Require(Attribute().IsMatch(NameAttribute), "name_attribute", "Must be the name of an attribute.");
        faults.Require(Attribute().IsMatch(IdAttribute), "id_attribute", "Must be the name of an attribute.");
        faults.Require(Domains.Count is > 0 and <= 50 && Domains.All(MailDomains.IsOne), "domains", "Name the mail domains whose people are here, as example.com.");
        faults.Require(Groups.Count <= MostRules, "groups", $"At most {MostRules} rules.");
        faults.Require(Groups.All(rule => rule.Group.Trim().Length is > 0 and <= 500 && (rule.Role is not null || rule.TeamId is not null)), "groups", "Each rule needs a group and a role or a team.");
        faults.Require(Groups.All(rule => rule.Role is not (Role.Owner or Role.Service)), "groups", "A group makes nobody an owner: owners are made by owners.");
        faults.Require(DefaultRole is not (Role.Owner or Role.Service), "default_role", "A directory makes nobody an owner: owners are made by owners.");
        faults.Require(TimeoutSeconds is >= 1 and <= LongestTimeout, "timeout_seconds", $"Must be a number of seconds from 1 to {LongestTimeout}.");
        return faults;
    }

    internal void WriteTo(LdapDirectory row)
    {
        (row.Enabled, row.Host, row.Port, row.Security, row.CaCertificates, row.AllowPrivate) = (Enabled, Host, Port, Security, CaCertificates, AllowPrivate);
        (row.BaseDn, row.BindDn, row.UserFilter, row.GroupFilter) = (BaseDn.Trim(), BindDn.Trim(), UserFilter.Trim(), GroupFilter?.Trim());
        (row.MailAttribute, row.NameAttribute, row.IdAttribute) = (MailAttribute, NameAttribute, IdAttribute);
        row.Domains = MailDomains.Plain(Domains);
        row.Groups = [.. Groups.Select(rule => rule with { Group = rule.Group.Trim() })];
        (row.DefaultRole, row.CreateMembers, row.LocalPasswords, row.TimeoutSeconds) = (DefaultRole, CreateMembers, LocalPasswords, TimeoutSeconds);
    }

    internal static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static bool AreCertificates(string pem)
    {
        if (pem.Length > MaxCertificates || pem.Contains("PRIVATE KEY", StringComparison.Ordinal)) return false;
        try
        {
            var certificates = Certificates(pem);
            foreach (var certificate in certificates) certificate.Dispose();
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]{0,99}$")]
    private static partial Regex Attribute();
}
