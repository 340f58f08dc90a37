using System.Net;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Api;

/// <summary>An answer of the management API; <c>Json</c> is undefined where the body is empty.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Json, HttpResponseMessage Response)
{
    public Guid Id => Json.GetProperty("id").GetGuid();

    public string? Code => Json.GetProperty("code").GetString();

    public string[] Fields => [.. Json.GetProperty("errors").EnumerateObject().Select(member => member.Name).Order()];

    public string? Text(string member) => Json.GetProperty(member).GetString();

    public IEnumerable<JsonElement> Data => Json.GetProperty("data").EnumerateArray();
}

/// <summary>Calls of the management API, with the body as an object or as raw JSON.</summary>
internal static class ApiCalls
{
    public static Task<ApiAnswer> GetApiAsync(this HttpClient client, string path) => client.CallAsync(HttpMethod.Get, path, null);

    public static Task<ApiAnswer> PostApiAsync(this HttpClient client, string path, object? body, string? idempotencyKey = null) =>
        client.CallAsync(HttpMethod.Post, path, body, idempotencyKey);

    public static Task<ApiAnswer> PatchApiAsync(this HttpClient client, string path, object body) => client.CallAsync(HttpMethod.Patch, path, body);

    public static Task<ApiAnswer> DeleteApiAsync(this HttpClient client, string path) => client.CallAsync(HttpMethod.Delete, path, null);

    public static async Task<ApiAnswer> CallAsync(this HttpClient client, HttpMethod method, string path, object? body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer(response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text), response);
    }

    /// <summary>A member of the admin's organization who is signed in.</summary>
    public static async Task<HttpClient> MemberAsync(this Fixtures.PortalHost host, string role, string? email = null)
    {
        email ??= $"{role}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com";
        var added = await host.Admin.PostApiAsync("/members", new { email, name = role, role, password = "a-long-enough-secret" });
        return added.Status == HttpStatusCode.Created
            ? await host.SignInAsync(email, "a-long-enough-secret")
            : throw new InvalidOperationException(added.Json.ToString());
    }

    /// <summary>An access token of somebody, however he comes in.</summary>
    public static async Task<string> TokenOfAsync(this Fixtures.PortalHost host, string email)
    {
        await using var db = host.Database.Portal.OpenSystem();
        var normalized = email.ToUpperInvariant();
        var user = await db.Set<PortalUser>().AsNoTracking().SingleAsync(u => u.NormalizedEmail == normalized);
        return (await host.Services.GetRequiredService<Sessions>().BeginAsync(new SignInStep(user, false), null, null)).AccessToken;
    }

    /// <summary>The owner of another organization, who has nothing to do with the admin's, and its id.</summary>
    public static async Task<(HttpClient Client, Guid OrganizationId)> StrangerAsync(this Fixtures.PortalHost host)
    {
        var own = await host.Admin.PostApiAsync("/organizations", new { name = "Elsewhere" });
        var email = $"stranger-{own.Id:N}@example.com";
        var added = await host.Admin.PostApiAsync("/members", new { email, name = "Stranger", role = "owner", password = "a-long-enough-secret", organization_id = own.Id });
        if (added.Status != HttpStatusCode.Created) throw new InvalidOperationException(added.Json.ToString());
        var stranger = await host.SignInAsync(email, "a-long-enough-secret");
        // The admin leaves, so that the two share no organization.
        var members = await stranger.GetApiAsync("/members");
        var admin = members.Data.Single(m => m.GetProperty("email").GetString() == Fixtures.PortalHost.AdminEmail).GetProperty("id").GetGuid();
        await stranger.DeleteApiAsync($"/members/{admin}");
        return (stranger, own.Id);
    }
}
