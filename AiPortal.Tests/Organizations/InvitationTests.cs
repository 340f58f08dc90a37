using System.Net;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Organizations;

public sealed class InvitationTests(PortalHost host) : IClassFixture<PortalHost>
{
    private const string Password = "a-long-enough-secret";

    [Fact]
    public async Task InviteAgain_GivesANewLink_AndEndsTheOldOne()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "late@example.com", name = "Late" });
        var again = await host.Admin.PostApiAsync($"/members/{invited.Id}/invite", null);
        using var anonymous = host.Anonymous();
        var old = await AcceptAsync(anonymous, invited.Text("invitation_url")!);
        var chosen = await AcceptAsync(anonymous, again.Text("invitation_url")!);
        var late = await host.Admin.PostApiAsync($"/members/{invited.Id}/invite", null);
        var trail = await host.Admin.GetApiAsync("/audit?action=invitation.renew");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NoContent), (again.Status, old.Status, chosen.Status));
        Assert.Equal((HttpStatusCode.Conflict, "already_accepted"), (late.Status, late.Code));
        Assert.DoesNotContain("apv_", trail.Json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InviteAgain_ByAManager_IsRefused()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "waiting@example.com", name = "Waiting" });
        using var manager = await host.MemberAsync("manager");
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostApiAsync($"/members/{invited.Id}/invite", null)).Status);
        using var administrator = await host.MemberAsync("administrator");
        var owner = await host.Admin.PostApiAsync("/members", new { email = "owner-to-be@example.com", name = "Owner", role = "owner" });
        Assert.Equal(HttpStatusCode.Forbidden, (await administrator.PostApiAsync($"/members/{owner.Id}/invite", null)).Status);
    }

    [Fact]
    public async Task Add_PersonInvitedElsewhere_GivesNoLinkThatWouldSetHisPassword()
    {
        var invited = await host.Admin.PostApiAsync("/members", new { email = "wanted@example.com", name = "Wanted", role = "owner" });
        var (stranger, elsewhere) = await host.StrangerAsync();
        using (stranger)
        {
            var added = await stranger.PostApiAsync("/members", new { email = "wanted@example.com", name = "Mine now", organization_id = elsewhere });
            var again = await stranger.PostApiAsync($"/members/{added.Id}/invite", null);
            Assert.Equal((HttpStatusCode.Created, null), (added.Status, added.Text("invitation_url")));
            Assert.Equal((HttpStatusCode.Conflict, "invited_elsewhere"), (again.Status, again.Code));
        }

        using var anonymous = host.Anonymous();
        Assert.Equal(HttpStatusCode.NoContent, (await AcceptAsync(anonymous, invited.Text("invitation_url")!)).Status);
    }

    private static Task<ApiAnswer> AcceptAsync(HttpClient client, string url) =>
        client.PostApiAsync("/auth/accept-invitation", new { token = Uri.UnescapeDataString(new Uri(url).Query.Split("token=")[1]), password = Password });
}
