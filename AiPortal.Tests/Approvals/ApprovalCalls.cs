using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Approvals;

/// <summary>An organization of its own with people of each kind and calls about approvals.</summary>
internal sealed class ApprovalCalls(PortalHost host, Guid organizationId) : IDisposable
{
    private readonly List<HttpClient> _clients = [];

    public Guid OrganizationId => organizationId;

    public HttpClient Owner => host.Admin;

    public static async Task<ApprovalCalls> BeginAsync(PortalHost host) =>
        new(host, (await host.Admin.PostApiAsync("/organizations", new { name = "Careful" })).Id);

    /// <summary>A new member who is signed in, and his membership.</summary>
    public async Task<(HttpClient Client, Guid MemberId, Guid UserId)> JoinAsync(string role)
    {
        var email = $"{role}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}@example.com";
        var added = await Owner.PostApiAsync("/members", new { email, name = role, role, password = "a-long-enough-secret", organization_id = organizationId });
        Assert.Equal(HttpStatusCode.Created, added.Status);
        var client = await host.SignInAsync(email, "a-long-enough-secret");
        _clients.Add(client);
        return (client, added.Id, added.Json.GetProperty("user_id").GetGuid());
    }

    public async Task<HttpClient> AsAsync(string role) => (await JoinAsync(role)).Client;

    public async Task PolicyAsync(object policy) => Assert.Equal(HttpStatusCode.Created, (await Owner.PostApiAsync($"/approvals/policies?organization_id={organizationId}", policy)).Status);

    public async Task<Guid> KeyAsync(HttpClient client, string name = "search", Guid? environment = null) =>
        (await client.PostApiAsync("/keys", new { name, organization_id = organizationId, environment_id = environment })).Id;

    public async Task<Guid> BudgetAsync(decimal limit = 100) =>
        (await Owner.PostApiAsync("/cost/quotas", new { name = "All", quota_type = "organization", total_quota = limit, organization_id = organizationId })).Id;

    public async Task<Guid> AskedAsync(Task<ApiAnswer> change)
    {
        var answer = await change;
        Assert.Equal((HttpStatusCode.Accepted, "pending"), (answer.Status, answer.Text("status")));
        return answer.Id;
    }

    public async Task<int> AuditedAsync(string action) => (await Owner.GetApiAsync($"/audit?action={action}&organization_id={organizationId}")).Data.Count();

    public static Task<ApiAnswer> ApproveAsync(HttpClient client, Guid approval, string? comment = null) =>
        client.PostApiAsync($"/approvals/{approval}/approve", comment is null ? null : new { comment });

    public async Task<string?> StatusAsync(Guid approval) => (await Owner.GetApiAsync($"/approvals/{approval}")).Text("status");

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
