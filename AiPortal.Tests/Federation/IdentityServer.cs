using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiPortal.Tests.Federation;

/// <summary>A small OpenID Connect provider on Kestrel: codes that work once, for the verifier whose S256 challenge came with them.</summary>
public sealed class IdentityServer : IAsyncLifetime
{
    public const string ClientId = "aiportal";
    public const string ClientSecret = "the-secret-of-the-provider";
    private readonly ConcurrentDictionary<string, Grant> _grants = new();
    private WebApplication? _app;

    /// <summary>What user info says next.</summary>
    public Dictionary<string, object?> Person { get; private set; } = [];

    /// <summary>Changes the members of the identity token.</summary>
    public Action<Dictionary<string, object?>> Twist { get; set; } = _ => { };

    public string Address { get; private set; } = "";

    /// <summary>How many tokens were given.</summary>
    public int Given { get; private set; }

    public void Knows(string subject, string email, bool? verified = true, string name = "Grace Hopper")
    {
        Person = new() { ["sub"] = subject, ["email"] = email, ["name"] = name };
        if (verified is not null) Person["email_verified"] = verified;
        Twist = _ => { };
    }

    /// <summary>What an owner says of it; people of these mail domains come in, of example.com where none are named.</summary>
    public object Settings(params string[] domains) => new
    {
        name = $"Provider {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}",
        issuer = Address,
        authorization_endpoint = Address + "/authorize",
        token_endpoint = Address + "/token",
        user_info_endpoint = Address + "/userinfo",
        client_id = ClientId,
        client_secret = ClientSecret,
        allow_private = true,
        domains = domains.Length == 0 ? ["example.com"] : domains,
        new_role = "member",
    };

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", TokenAsync);
        _app.MapGet("/userinfo", (HttpRequest request) => request.Headers.Authorization == "Bearer of-the-provider" ? Results.Json(Person) : Results.Unauthorized());
        foreach (var place in new[] { "", "/another" }) _app.MapGet(place + "/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Address,
            authorization_endpoint = Address + "/authorize",
            token_endpoint = Address + "/token",
            userinfo_endpoint = Address + "/userinfo",
        }));
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async Task DisposeAsync() => await _app!.DisposeAsync();

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || query["code_challenge"].ToString().Length != 43 || query["state"].ToString().Length < 40)
            return Results.BadRequest();
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        _grants[code] = new Grant(query["code_challenge"]!, query["nonce"].ToString(), query["redirect_uri"]!);
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"]!)}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret || !_grants.TryRemove(form["code"].ToString(), out var grant) || form["redirect_uri"] != grant.RedirectUri
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != grant.Challenge)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        Given++;
        var token = new Dictionary<string, object?>
        {
            ["iss"] = Address,
            ["aud"] = ClientId,
            ["sub"] = Person.GetValueOrDefault("sub"),
            ["nonce"] = grant.Nonce,
            ["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
        };
        Twist(token);
        var text = $"{Part(new { alg = "none" })}.{Part(token)}.{Base64Url.EncodeToString([1])}";
        return Results.Json(new { access_token = "of-the-provider", token_type = "Bearer", id_token = text });
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private sealed record Grant(string Challenge, string Nonce, string RedirectUri);
}
