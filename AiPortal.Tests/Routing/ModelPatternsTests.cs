using System.Text.RegularExpressions;
using AiPortal.Core.Routing;

namespace AiPortal.Tests.Routing;

public sealed class ModelPatternsTests
{
    [Theory]
    [InlineData("gpt-*", "gpt-4.1", true)]
    [InlineData("gpt-*", "gpt-", true)]
    [InlineData("gpt-*", "GPT-4", false)]
    [InlineData("gpt-*", "my-gpt-4", false)]
    [InlineData("*", "anything at all", true)]
    [InlineData("*-mini", "o4-mini", true)]
    [InlineData("*-mini", "o4-mini-high", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("org/*:free", "org/llama:free", true)]
    [InlineData("gpt-?", "gpt-4", false)]
    [InlineData("gpt.4", "gptx4", false)]
    public void Contains_Pattern_MatchesTheWholeName(string pattern, string model, bool expected) =>
        Assert.Equal(expected, new ModelPatterns(["other", pattern]).Contains(model));

    [Fact]
    public void Contains_RandomPatterns_AgreesWithARegularExpression()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = new string(random.GetItems("ab**".AsSpan(), random.Next(0, 7)));
            var model = new string(random.GetItems("ab".AsSpan(), random.Next(0, 9)));
            var expected = Regex.IsMatch(model, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$");
            Assert.True(expected == ModelPatterns.Matches(pattern, model), $"seed {seed}: '{pattern}' over '{model}' is {expected}");
        }
    }
}
