using AiPortal.Core.Budgets;
using Xunit;

namespace AiPortal.Tests.Budgets;

public sealed class LearnedOutputTests
{
    private static readonly Guid Key = Lines.Id(1);
    private static readonly Guid OtherKey = Lines.Id(2);

    [Theory]
    [InlineData(29, 100_000, 2_048)] // too few: a guess
    [InlineData(29, 500, 500)] // never above the worst case
    [InlineData(30, 100_000, 30)]
    [InlineData(30, 7, 7)]
    [InlineData(99, 100_000, 99)]
    [InlineData(100, 100_000, 99)] // of 100 outputs the 99th
    [InlineData(128, 100_000, 127)]
    public void Expect_OutputsOneToN_IsThe99thPercentile(int outputs, long worstCase, long expected)
    {
        var learned = new LearnedOutput();
        for (var tokens = 1; tokens <= outputs; tokens++)
            learned.Observe(Key, Lines.Organization, "model", tokens);

        Assert.Equal(expected, learned.Expect(Key, Lines.Organization, "model", worstCase));
    }

    [Fact]
    public void Expect_NewKey_TakesTheOrganizationsOutputsOfThatModel()
    {
        var learned = new LearnedOutput();
        for (var i = 0; i < 30; i++)
            learned.Observe(Key, Lines.Organization, "model", 400);

        Assert.Equal(400, learned.Expect(OtherKey, Lines.Organization, "model", 100_000));
        Assert.Equal(LearnedOutput.Unlearned, learned.Expect(OtherKey, Lines.Organization, "other", 100_000));
    }

    [Fact]
    public void Observe_Beyond128_ForgetsTheOldest()
    {
        var learned = new LearnedOutput();
        for (var i = 0; i < 2; i++)
            learned.Observe(Key, Lines.Organization, "model", 90_000);
        for (var i = 0; i < 128; i++)
            learned.Observe(Key, Lines.Organization, "model", 10);

        Assert.Equal(10, learned.Expect(Key, Lines.Organization, "model", 100_000));
    }

    [Fact]
    public void Observe_ManyKeys_KeepsTheUsedOnesWithinTheBound()
    {
        var learned = new LearnedOutput(maxWindows: 100);
        for (var i = 0; i < 30; i++)
            learned.Observe(Key, Lines.Organization, "model", 400);
        for (var i = 0; i < 1_000; i++)
        {
            learned.Observe(Lines.Id(10 + i), Lines.Organization, "model", 5);
            learned.Expect(Key, Lines.Organization, "model", 100_000);
            Assert.InRange(learned.Count, 1, 101);
        }

        Assert.Equal(400, learned.Expect(Key, Lines.Organization, "model", 100_000));
    }

    [Fact]
    public void Observe_NegativeOrHuge_IsClamped()
    {
        var learned = new LearnedOutput();
        for (var i = 0; i < 30; i++)
            learned.Observe(Key, Lines.Organization, "model", i == 0 ? long.MaxValue : -5);

        Assert.Equal(int.MaxValue, learned.Expect(Key, Lines.Organization, "model", long.MaxValue));
    }
}
