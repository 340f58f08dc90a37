using System.Buffers;
using System.Security.Cryptography;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Replays;
using AiPortal.Tests.Fixtures;

namespace AiPortal.Tests.Replays;

/// <summary>Two nodes on one database, and time that passes.</summary>
public sealed class CallReplaysTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly byte[] Hash = [1, 2, 3];
    private static readonly KeptAnswer Answer = new(200, "application/json", new Dictionary<string, string> { ["x-portal-model"] = "m" }, "{}"u8.ToArray());
    private readonly SecretVault _vault = new(MasterKey.Make().Key);
    private readonly (Guid Organization, Guid Key) _caller = (New(), New());
    private readonly MovedClock _clock = new();

    [Fact]
    public async Task TwoNodes_InParallel_OneHasTheKeyAndTheOtherItsAnswer()
    {
        var (first, second) = (Node(), Node());
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ClaimAsync(i % 2 == 0 ? first : second, "k")));
        var mine = Assert.Single(claims, claim => claim.State == ReplayState.Mine);
        Assert.All(claims.Where(claim => claim != mine), claim => Assert.Equal((ReplayState.Running, mine.Id), (claim.State, claim.Id)));

        await first.KeepAsync(mine.Id, Answer, CancellationToken.None);

        var again = await ClaimAsync(second, "k");
        Assert.Equal((ReplayState.Answered, mine.RequestId, 200, "m"), (again.State, again.RequestId, again.Answer!.HttpStatus, again.Answer.Headers["x-portal-model"]));
        Assert.Equal(Answer.Body, again.Answer.Body);
        Assert.Equal(ReplayState.Mismatch, (await second.ClaimAsync(_caller.Organization, _caller.Key, "k", [9], New(), CancellationToken.None)).State);
        Assert.Equal(ReplayState.Mine, (await second.ClaimAsync(_caller.Organization, New(), "k", [9], New(), CancellationToken.None)).State);
    }

    [Fact]
    public async Task NodeThatDied_LeavesAnInterruptedCall_UntilTheKeyExpires()
    {
        var (dead, other) = (Node(), Node());
        var claim = await ClaimAsync(dead, "d");
        _clock.Move(CallReplays.Heartbeat - TimeSpan.FromSeconds(1));
        await dead.BeatAsync([claim.Id], CancellationToken.None);
        _clock.Move(CallReplays.Heartbeat - TimeSpan.FromSeconds(1));
        Assert.Equal(ReplayState.Running, (await ClaimAsync(other, "d")).State);
        _clock.Move(TimeSpan.FromSeconds(2));
        Assert.Equal((ReplayState.Interrupted, claim.RequestId), (await ClaimAsync(other, "d")) is var found ? (found.State, found.RequestId) : default);
        _clock.Move(CallReplays.Kept);
        Assert.Equal(ReplayState.Mine, (await ClaimAsync(other, "d")).State);
    }

    [Fact]
    public async Task Answer_IsGivenForTenMinutes_ThenSweptAndTheKeyIsFree()
    {
        var node = Node();
        var claim = await ClaimAsync(node, "s");
        await node.KeepAsync(claim.Id, Answer, CancellationToken.None);
        _clock.Move(CallReplays.Kept - TimeSpan.FromSeconds(1));
        Assert.Equal(ReplayState.Answered, (await ClaimAsync(node, "s")).State);
        _clock.Move(TimeSpan.FromSeconds(2));
        Assert.True(await node.SweepAsync(CancellationToken.None) > 0);
        Assert.Equal(ReplayState.Mine, (await ClaimAsync(node, "s")).State);
    }

    [Fact]
    public async Task FreedKey_IsFree_AndAStreamsKeyStaysUsedWithoutAnAnswer()
    {
        var node = Node();
        await node.FreeAsync((await ClaimAsync(node, "f")).Id, CancellationToken.None);
        var claim = await ClaimAsync(node, "f");
        Assert.Equal(ReplayState.Mine, claim.State);
        await node.KeepAsync(claim.Id, null, CancellationToken.None);
        Assert.Equal((ReplayState.Answered, null), (await ClaimAsync(node, "f")) is var found ? (found.State, found.Answer) : default);
    }

    [Fact]
    public void Hash_DependsOnTheMasterKeyThePathAndTheBody()
    {
        var body = new ReadOnlySequence<byte>("{}"u8.ToArray());
        var hash = Node().HashOf("/v1/a", body);
        Assert.Equal(hash, Node().HashOf("/v1/a", body));
        Assert.NotEqual(hash, Node().HashOf("/v1/b", body));
        Assert.NotEqual(hash, Node().HashOf("/v1/a", new ReadOnlySequence<byte>("{ }"u8.ToArray())));
        Assert.NotEqual(hash, new CallReplays(database.Portal, new SecretVault(MasterKey.Make().Key), _clock).HashOf("/v1/a", body));
    }

    private static Guid New() => Ids.New(TimeProvider.System);

    private CallReplays Node() => new(database.Portal, _vault, _clock);

    private Task<ReplayClaim> ClaimAsync(CallReplays node, string key) =>
        node.ClaimAsync(_caller.Organization, _caller.Key, key, Hash, New(), CancellationToken.None);

    private sealed class MovedClock : TimeProvider
    {
        private TimeSpan _by;

        public void Move(TimeSpan by) => _by += by;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _by;
    }
}
