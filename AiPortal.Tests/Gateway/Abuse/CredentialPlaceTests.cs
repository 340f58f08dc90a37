using System.Net;
using System.Text;
using AiPortal.Core.Gateway;
using AiPortal.Core.Keys;
using AiPortal.Gateway;
using AiPortal.Tests.Fixtures;
using AiPortal.Tests.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Gateway.Abuse;

/// <summary>One credential, wherever it is; none from where none belongs; two that disagree are none.</summary>
[Collection(GatewayCollection.Name)]
public sealed class CredentialPlaceTests(GatewayHost gateway)
{
    private static readonly string[] Places = ["Authorization", "x-api-key", "api-key", "x-goog-api-key", "?key"];

    [Fact]
    public async Task Credential_InEachPlaceAndEachPair_IsOneDecision()
    {
        var (id, one) = await gateway.IssueSecretAsync();
        var (_, other) = await gateway.IssueSecretAsync();
        foreach (var first in Places)
        {
            Assert.Equal((null, id), Decide("/v1beta/models", (first, one)));
            foreach (var second in Places.Where(place => place != first))
            {
                Assert.Equal((null, id), Decide("/v1beta/models", (first, one), (second, one)));
                Assert.Equal(GatewayFailure.KeyAmbiguous, Decide("/v1beta/models", (first, one), (second, other)).Failure);
                Assert.Equal(GatewayFailure.KeyAmbiguous, Decide("/v1beta/models", (first, one), (second, "junk")).Failure);
            }
        }

        Assert.Equal(GatewayFailure.KeyAmbiguous, Decide("/v1beta/models", ("x-api-key", one), ("x-api-key", other)).Failure);
        Assert.Equal(GatewayFailure.KeyAmbiguous, Decide("/v1beta/models", ("?key", one), ("?key", other)).Failure);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    [InlineData("/anthropic/v1/messages")]
    [InlineData("/v1betax/models")]
    [InlineData("/")]
    public async Task Query_OutsideGeminisPaths_IsNoPlaceForAKey(string path)
    {
        var (id, one) = await gateway.IssueSecretAsync();
        var (_, other) = await gateway.IssueSecretAsync();
        Assert.Equal(GatewayFailure.KeyMissing, Decide(path, ("?key", one)).Failure);
        Assert.Equal((null, id), Decide(path, ("x-api-key", one), ("?key", other)));
    }

    [Fact]
    public async Task Credential_AsBasicCookieOrForm_IsNone()
    {
        var (_, secret) = await gateway.IssueSecretAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret));
        foreach (var (name, value) in new[] { ("Authorization", "Basic " + basic), ("Authorization", secret), ("Authorization", "Token " + secret), ("Cookie", "key=" + secret), ("Cookie", "Authorization=Bearer " + secret), ("Proxy-Authorization", "Bearer " + secret), ("X-Authorization", "Bearer " + secret) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat() };
            request.Headers.TryAddWithoutValidation(name, value);
            using var http = gateway.Portal.Anonymous();
            using var answer = await http.SendAsync(request);
            await GatewayHost.AssertErrorAsync(answer, 401, "invalid_request_error", "invalid_api_key");
        }
    }

    /// <summary>Keys and tokens that share all but their ends are told apart, and no decision about one is used for another.</summary>
    [Fact]
    public async Task Credentials_AlikeAtTheBeginning_AreNotTakenForEachOther()
    {
        var (id, secret) = await gateway.IssueSecretAsync();
        Assert.Equal((null, id), Decide("/v1/models", ("Authorization", "Bearer " + secret)));
        const string jwt = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.";
        var random = new Random(Environment.TickCount);
        for (var i = 0; i < 500; i++)
        {
            var near = secret[..^1] + (char)(secret[^1] == 'z' ? 'a' : secret[^1] + 1);
            var letter = random.Next(secret.Length);
            var changed = secret[..letter] + (secret[letter] == 'q' ? 'w' : 'q') + secret[(letter + 1)..];
            foreach (var token in new[] { jwt + random.Next(), near, changed, secret + "x", secret[..^2], secret.ToUpperInvariant() })
                Assert.Equal(GatewayFailure.KeyUnknown, Decide("/v1/models", ("Authorization", "Bearer " + token)).Failure);
        }

        Assert.Equal((null, id), Decide("/v1/models", ("Authorization", "bearer " + secret)));
    }

    /// <summary>What is written into a credential reaches no statement: it is hashed or turned away.</summary>
    [Fact]
    public async Task Credential_FullOfStatements_IsRefusedAndNothingBreaks()
    {
        string[] payloads =
        [
            "' OR 1=1--", "'; DROP TABLE api_keys;--", "\" OR \"\"=\"", "sk-ap-%' OR name LIKE '%", "sk-ap-' UNION SELECT * FROM api_keys--", "$(id)", "`id`", "{{7*7}}", "${jndi:ldap://x}", "%00", "\\", "\\'", "../../etc/passwd", "<script>",
            "sk-ap-''", new string('a', 8000), "null", "undefined", "[]", "{}", "1e400", "0x00", "sk-ap-" + new string('%', 100), "*", "%", "_", "a'||pg_sleep(10)||'",
        ];
        using var http = gateway.Portal.Anonymous();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 600; i++)
        {
            var text = payloads[i % payloads.Length] + (i < payloads.Length ? "" : new string(random.GetItems("'\";%_\\-/*()=|&<>${}~".AsSpan(), random.Next(1, 40))));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation(i % 2 == 0 ? "Authorization" : Places[1 + (i % 3)], i % 2 == 0 ? "Bearer " + text : text);
            using var answer = await http.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"seed {seed}: '{text}' is answered {answer.StatusCode}");
        }
    }

    private (GatewayFailure? Failure, Guid? Key) Decide(string path, params (string Place, string Secret)[] credentials)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        foreach (var (place, secret) in credentials)
        {
            if (place == "?key") context.Request.QueryString = context.Request.QueryString.Add("key", secret);
            else context.Request.Headers.Append(place, place == "Authorization" && !secret.Contains(' ', StringComparison.Ordinal) ? "Bearer " + secret : secret);
        }

        var call = new GatewayCall(context, Core.Gateway.Chat.ChatOperation.Instance, default, Guid.Empty, TimeProvider.System.GetUtcNow(), 0);
        var refusal = gateway.Portal.Services.GetRequiredService<KeyAuthentication>().Authenticate(call);
        return (refusal?.Failure, call.Key?.Id);
    }
}
