using AiPortal.Analytics.Calls;
using AiPortal.Core.Bodies;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Tests.Api;
using AiPortal.Tests.Fixtures;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Tests.Bodies;

public sealed class ReceiptBodiesTests(PortalHost host) : PageTest(host)
{
    [Fact]
    public async Task Show_ReadsOnlyOnceAsked_AndLeavesAnAuditRow()
    {
        var (call, now) = (Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), TimeProvider.System.GetUtcNow());
        var seal = new BodySeal(Host.Services.GetRequiredService<SecretVault>());
        await Host.Services.GetRequiredService<BodyStore>().AddAsync(
        [
            new CallBodyRow
            {
                Id = call, OrganizationId = OrganizationId, StartedAt = now, ExpiresAt = now.AddDays(1), Streamed = true, Redactions = ["secrets"],
                Request = seal.Close("""{"q":"你好"}"""u8, OrganizationId, call, BodyPart.Request), RequestBytes = 14,
                Response = seal.Close("{\"a\":\"cut"u8, OrganizationId, call, BodyPart.Response), ResponseBytes = 5000, ResponseTruncated = true,
            },
        ], default);
        var section = Render<ReceiptBodies>(parameters => parameters.Add(p => p.RequestId, call));
        Assert.Empty(section.FindAll("pre"));
        Assert.Empty((await Host.Admin.GetApiAsync("/audit?action=call.read_body")).Data);

        await section.Find("button").ClickAsync(new());

        await section.SoonAsync(() => Assert.Equal(["{\n  \"q\": \"你好\"\n}", "{\"a\":\"cut"], section.FindAll("pre").Select(pre => pre.TextContent)));
        Assert.Contains("5,000 bytes", section.Markup, StringComparison.Ordinal);
        Assert.Contains("redacted", section.Markup, StringComparison.Ordinal);
        Assert.Equal(call, Assert.Single((await Host.Admin.GetApiAsync("/audit?action=call.read_body")).Data).GetProperty("subject_id").GetGuid());
    }

    [Fact]
    public async Task Show_NothingKept_SaysSo()
    {
        var section = Render<ReceiptBodies>(parameters => parameters.Add(p => p.RequestId, Guid.CreateVersion7(TimeProvider.System.GetUtcNow())));
        await section.Find("button").ClickAsync(new());
        await section.SoonAsync(() => Assert.Contains("No texts of this call are kept", section.Markup, StringComparison.Ordinal));
    }
}
