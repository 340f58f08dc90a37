using AiPortal.Core.Data;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Federation.Providers;

/// <summary>What may be said of an identity provider. The secret is written and never read.</summary>
public sealed record IdentityProviderDraft
{
    public string Name { get; init; } = "";

    public bool Enabled { get; init; } = true;

    public string? Issuer { get; init; }

    public string AuthorizationEndpoint { get; init; } = "";

    public string TokenEndpoint { get; init; } = "";

    public string UserInfoEndpoint { get; init; } = "";

    public string ClientId { get; init; } = "";

    /// <summary>Null: the one that is kept.</summary>
    public string? ClientSecret { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "email", "profile"];

    public bool AllowPrivate { get; init; }

    public IReadOnlyList<string> Domains { get; init; } = [];

    public Role? NewRole { get; init; }

    public bool TrustSecondFactor { get; init; }

    /// <summary>By name as the API has them.</summary>
    internal IEnumerable<(string Field, string Address)> Endpoints =>
        [("authorization_endpoint", AuthorizationEndpoint), ("token_endpoint", TokenEndpoint), ("user_info_endpoint", UserInfoEndpoint)];

    public static IdentityProviderDraft Of(IdentityProvider row) => new()
    {
        Name = row.Name,
        Enabled = row.Enabled,
        Issuer = row.Issuer,
        AuthorizationEndpoint = row.AuthorizationEndpoint,
        TokenEndpoint = row.TokenEndpoint,
        UserInfoEndpoint = row.UserInfoEndpoint,
        ClientId = row.ClientId,
        Scopes = row.Scopes,
        AllowPrivate = row.AllowPrivate,
        Domains = row.Domains,
        NewRole = row.NewRole,
        TrustSecondFactor = row.TrustSecondFactor,
    };

    internal FieldFaults Check(bool hasSecret)
    {
        var faults = new FieldFaults();
        faults.RequireText(Name, "name", 100);
        faults.RequireText(ClientId, "client_id", 300);
        foreach (var (field, address) in Endpoints)
        {
            if (UpstreamAddress.FaultOf(address) is { } fault) faults.Add(field, fault);
            else faults.Require(new Uri(address).Scheme == Uri.UriSchemeHttps || AllowPrivate, field, "Must be an https address.");
        }

        faults.Require(Issuer is null || UpstreamAddress.FaultOf(Issuer) is null, "issuer", "Must be the issuer's address as its tokens name it.");
        faults.Require(hasSecret || ClientSecret is not null, "client_secret", "Needed; another token or user info endpoint needs it again.");
        faults.Require(ClientSecret is null or { Length: > 0 and <= 1000 }, "client_secret", "Must have 1 to 1000 characters.");
        faults.Require(Scopes.Count <= 20 && Scopes.All(scope => scope.Length is > 0 and <= 100 && scope.All(c => c is > ' ' and <= '~' and not '"' and not '\\')), "scopes", "Must be scopes as the provider names them.");
        faults.Require(Issuer is null || Scopes.Contains("openid"), "scopes", "OpenID Connect needs the scope openid.");
        faults.Require(Domains.Count <= 50 && Domains.All(MailDomains.IsOne), "domains", "Must be mail domains, as example.com.");
        faults.Require(NewRole is not (Role.Owner or Role.Service), "new_role", "A provider makes nobody an owner: owners are made by owners.");
        return faults;
    }

    internal void WriteTo(IdentityProvider row)
    {
        (row.Name, row.Enabled, row.Issuer, row.ClientId) = (Name.Trim(), Enabled, Issuer, ClientId.Trim());
        (row.AuthorizationEndpoint, row.TokenEndpoint, row.UserInfoEndpoint) = (AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint);
        (row.Scopes, row.Domains) = ([.. Scopes.Distinct()], MailDomains.Plain(Domains));
        (row.AllowPrivate, row.NewRole, row.TrustSecondFactor) = (AllowPrivate, NewRole, TrustSecondFactor);
    }
}
