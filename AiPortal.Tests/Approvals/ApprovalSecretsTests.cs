using System.Net;
using System.Text;
using AiPortal.Core.Approvals;
using AiPortal.Core.Providers;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using static AiPortal.Tests.Approvals.ApprovalCalls;

namespace AiPortal.Tests.Approvals;

/// <summary>A credential that waits for approval: sealed for its request, never shown, used once, gone with every end.</summary>
public sealed class ApprovalSecretsTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Secret = "sk-waits-for-approval-7f3a";

    [Fact]
    public async Task Create_WithACredential_IsAskedForAndMadeWithIt()
    {
        using var company = await CompanyAsync();
        var (asker, decider) = (await company.AsAsync("administrator"), await company.AsAsync("administrator"));
        var asked = await company.AskedAsync(AddAsync(company, asker));
        var cipher = await CipherAsync(asked);
        var again = await company.AskedAsync(AddAsync(company, asker));
        var other = await company.AskedAsync(AddAsync(company, asker, "sk-another-credential-7f3a"));
        var row = await host.Database.ScalarAsync<string>("SELECT row_to_json(a)::text FROM approvals a WHERE id = $1", asked);
        var read = await decider.GetApiAsync($"/approvals/{asked}");
        var before = await asker.GetApiAsync($"/providers?organization_id={company.OrganizationId}");

        var approved = await ApproveAsync(decider, asked);
        var made = (await asker.GetApiAsync($"/providers?organization_id={company.OrganizationId}")).Data.Single();

        Assert.NotNull(cipher);
        Assert.Equal(asked, again);
        Assert.NotEqual(asked, other);
        Assert.Empty(before.Data);
        Assert.DoesNotContain(Secret, row + read.Json + approved.Json, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), row, StringComparison.Ordinal);
        Assert.Equal("approved", approved.Text("status"));
        Assert.Equal(Secret, await OpenAsync(made.GetProperty("id").GetGuid()));
        Assert.Null(await CipherAsync(asked));
        Assert.Equal("approval_void", (await ApproveAsync(decider, other)).Code);
        Assert.Null(await CipherAsync(other));
        Assert.DoesNotContain(Secret, (await company.Owner.GetApiAsync($"/audit?limit=500&organization_id={company.OrganizationId}")).Json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OfTheAddressWithACredential_CountsFromTheApprovalOn()
    {
        using var company = await CompanyAsync(policy: false);
        var (asker, decider) = (await company.AsAsync("administrator"), await company.AsAsync("administrator"));
        var provider = (await AddAsync(company, asker, "sk-the-first-credential")).Id;
        await company.PolicyAsync(new { kind = "provider.change", steps = new[] { "administrator" } });
        var asked = await company.AskedAsync(asker.PatchApiAsync($"/providers/{provider}", new { base_url = "http://127.0.0.1:9/other/v1", api_key = Secret }));
        var (waiting, opened) = (await asker.GetApiAsync($"/providers/{provider}"), await OpenAsync(provider));

        Assert.Equal("approved", (await ApproveAsync(decider, asked)).Text("status"));

        Assert.Equal(("http://127.0.0.1:9/v1", "sk-the-first-credential"), (waiting.Text("base_url"), opened));
        Assert.Equal(("http://127.0.0.1:9/other/v1", Secret), ((await asker.GetApiAsync($"/providers/{provider}")).Text("base_url"), await OpenAsync(provider)));
        Assert.Equal("already_decided", (await ApproveAsync(decider, asked)).Code);
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("withdrawn")]
    [InlineData("expired")]
    public async Task Ended_WithoutBeingDone_KeepsNoSecret(string end)
    {
        using var company = await CompanyAsync();
        var (asker, decider) = (await company.AsAsync("administrator"), await company.AsAsync("administrator"));
        var asked = await company.AskedAsync(AddAsync(company, asker));
        var before = await CipherAsync(asked);
        if (end == "rejected") await decider.PostApiAsync($"/approvals/{asked}/reject", new { comment = "No." });
        else if (end == "withdrawn") await asker.PostApiAsync($"/approvals/{asked}/withdraw", null);
        else
        {
            await host.Database.ExecuteAsync("UPDATE approvals SET expires_at = now() - interval '1 second' WHERE id = $1", asked);
            await host.Services.GetRequiredService<ExpireApprovals>().RunAsync(CancellationToken.None);
        }

        Assert.Equal(end, await company.StatusAsync(asked));
        Assert.NotNull(before);
        Assert.Null(await CipherAsync(asked));
    }

    [Fact]
    public async Task Approve_SecretMovedFromAnotherRequest_IsVoidAndMakesNothing()
    {
        using var company = await CompanyAsync();
        var (asker, decider) = (await company.AsAsync("administrator"), await company.AsAsync("administrator"));
        var (first, second) = (await company.AskedAsync(AddAsync(company, asker, name: "one")), await company.AskedAsync(AddAsync(company, asker, name: "two")));
        await host.Database.ExecuteAsync("UPDATE approvals SET secret_cipher = (SELECT secret_cipher FROM approvals WHERE id = $1) WHERE id = $2", first, second);
        var refused = await ApproveAsync(decider, second);

        Assert.Equal((HttpStatusCode.Conflict, "approval_void"), (refused.Status, refused.Code));
        Assert.Empty((await asker.GetApiAsync($"/providers?organization_id={company.OrganizationId}")).Data);
        Assert.Equal("approved", (await ApproveAsync(decider, first)).Text("status"));
    }

    private async Task<ApprovalCalls> CompanyAsync(bool policy = true)
    {
        var company = await BeginAsync(host);
        if (policy) await company.PolicyAsync(new { kind = "provider.change", steps = new[] { "administrator" } });
        return company;
    }

    private static Task<ApiAnswer> AddAsync(ApprovalCalls company, HttpClient client, string secret = Secret, string name = "vendor") =>
        client.PostApiAsync("/providers", new { name, kind = "openai-compatible", base_url = "http://127.0.0.1:9/v1", api_key = secret, allow_private = true, organization_id = company.OrganizationId });

    private async Task<byte[]?> CipherAsync(Guid approval) => await host.Database.ScalarAsync<object>("SELECT secret_cipher FROM approvals WHERE id = $1", approval) as byte[];

    private async Task<string?> OpenAsync(Guid id)
    {
        await using var db = host.Database.Portal.OpenSystem();
        return host.Services.GetRequiredService<ProviderCredential>().Open(await db.Set<ProviderAccount>().FindAsync(id) ?? throw new InvalidOperationException("It is gone."));
    }
}
