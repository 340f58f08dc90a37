using System.Collections.Concurrent;
using AiPortal.Core.Data;

namespace AiPortal.Tests.Data;

/// <summary>Ids are made from random bytes fetched in advance: each byte once, and no thread another's.</summary>
public sealed class IdsTests
{
    [Fact]
    public void New_AtAnyInstant_IsWhatTheFrameworkWouldMakeButForItsRandomBits()
    {
        foreach (var at in (DateTimeOffset[])[DateTimeOffset.UnixEpoch, new(2026, 11, 21, 8, 30, 15, 123, TimeSpan.FromHours(8)), DateTimeOffset.MaxValue])
        {
            var (own, framework) = (Ids.New(at), Guid.CreateVersion7(at));

            Assert.Equal(framework.ToByteArray(bigEndian: true)[..6], own.ToByteArray(bigEndian: true)[..6]);
            Assert.Equal(7, own.Version);
            Assert.Equal(0b10, own.Variant >> 2);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Ids.New(DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
    }

    [Fact]
    public void New_ManyInOneMillisecondByManyThreads_GivesNoneTwice()
    {
        var at = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var ids = new ConcurrentDictionary<Guid, bool>();
        var randomParts = new ConcurrentDictionary<long, bool>();

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var id = Ids.New(at);
                Assert.True(ids.TryAdd(id, true));
                Assert.True(randomParts.TryAdd(BitConverter.ToInt64(id.ToByteArray(bigEndian: true).AsSpan(8)), true));
            }
        });

        Assert.Equal(160_000, ids.Count);
    }

    [Fact]
    public void New_OneAfterAnother_SortsAsTextByTheInstant()
    {
        var at = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var made = Enumerable.Range(0, 1_000).Select(i => Ids.New(at.AddMilliseconds(i)).ToString()).ToList();

        Assert.Equal(made.Order(StringComparer.Ordinal), made);
    }
}
