using System.Security.Cryptography;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Data;

public sealed class IdempotentAnswersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly byte[] Request = SHA256.HashData("request"u8);
    private readonly SecretVault _vault = new(MasterKey.Make().Key);
    private readonly Guid _caller = Ids.New(TimeProvider.System);

    private IdempotentAnswers After(TimeSpan time) => new(new TenantDb(database.Portal), _vault, new Later(time));

    [Fact]
    public async Task Claim_NeverAnswered_IsInterruptedOnceNoRequestCanStillRun()
    {
        await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request);

        Assert.Equal(IdempotencyState.Running, (await After(TimeSpan.FromMinutes(4)).ClaimAsync(_caller, "key", Request)).State);
        Assert.Equal(IdempotencyState.Interrupted, (await After(TimeSpan.FromMinutes(6)).ClaimAsync(_caller, "key", Request)).State);
    }

    [Fact]
    public async Task Claim_Answered_IsKeptForADay()
    {
        var claim = await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request);
        await After(TimeSpan.Zero).StoreAsync(_caller, claim.Id, new StoredAnswer(201, "application/json", "{}"u8.ToArray()));
        var within = await After(TimeSpan.FromHours(23)).ClaimAsync(_caller, "key", Request);
        var after = await After(TimeSpan.FromHours(25)).ClaimAsync(_caller, "key", Request);

        Assert.Equal((IdempotencyState.Answered, 201, "application/json"), (within.State, within.Answer!.HttpStatus, within.Answer.ContentType));
        Assert.Equal("{}"u8.ToArray(), within.Answer.Body);
        Assert.Equal(IdempotencyState.Mine, after.State);
    }

    [Fact]
    public async Task Claim_Released_IsFree()
    {
        var claim = await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request);
        await After(TimeSpan.Zero).ReleaseAsync(_caller, claim.Id);

        Assert.Equal(IdempotencyState.Mine, (await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request)).State);
    }

    [Fact]
    public async Task Claim_OfARequestThatFailedMidway_IsInterruptedAtOnce()
    {
        var claim = await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request);
        await After(TimeSpan.Zero).InterruptAsync(_caller, claim.Id);

        Assert.Equal(IdempotencyState.Interrupted, (await After(TimeSpan.Zero).ClaimAsync(_caller, "key", Request)).State);
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
