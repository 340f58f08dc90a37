using AiPortal.Core.Gateway.Anthropic;

namespace AiPortal.Tests.Gateway.Anthropic;

public sealed class AnthropicModelTests
{
    [Theory]
    [InlineData("claude-3-haiku-20240307", "haiku", 3.0)]
    [InlineData("claude-3-5-sonnet-20241022", "sonnet", 3.5)]
    [InlineData("claude-3-7-sonnet-latest", "sonnet", 3.7)]
    [InlineData("claude-sonnet-4-20250514", "sonnet", 4.0)]
    [InlineData("claude-opus-4-1-20250805", "opus", 4.1)]
    [InlineData("claude-sonnet-4-5", "sonnet", 4.5)]
    [InlineData("anthropic/claude-opus-4.6", "opus", 4.6)]
    [InlineData("claude-sonnet-5", "sonnet", 5.0)]
    [InlineData("claude-opus-5-5", "opus", 5.5)]
    [InlineData("claude-fable-5-1", "fable", 5.1)]
    [InlineData("deepseek-chat", "", 4.0)]
    public void Name_TellsFamilyAndGeneration(string name, string family, double generation) =>
        Assert.Equal(new AnthropicModel(family, (decimal)generation), AnthropicModel.Of(name));

    [Fact]
    public void Rules_FollowTheGeneration()
    {
        var (older, newer, newest) = (AnthropicModel.Of("claude-sonnet-4-5"), AnthropicModel.Of("claude-sonnet-5"), AnthropicModel.Of("claude-opus-5-5"));

        Assert.Equal((true, true, false, false, true), (older.TakesSampling, older.TakesForcedTools, older.ThinksAdaptively, older.AlwaysThinks, older.TakesSchemas));
        Assert.Equal((false, true, true, false), (newer.TakesSampling, newer.TakesForcedTools, newer.ThinksAdaptively, newer.AlwaysThinks));
        Assert.Equal((false, false, true, true), (newest.TakesSampling, newest.TakesForcedTools, newest.ThinksAdaptively, newest.AlwaysThinks));
        Assert.False(AnthropicModel.Of("claude-sonnet-4-20250514").TakesSchemas);
    }

    [Fact]
    public void Seal_OpensForItsModelOnly()
    {
        var seal = ThoughtSeal.Close("claude-sonnet-4-5-20250929", "c2ln");

        Assert.Equal("c2ln", ThoughtSeal.Open(seal, "claude-sonnet-4-5"));
        Assert.Null(ThoughtSeal.Open(seal, "claude-opus-4-5"));
        Assert.Null(ThoughtSeal.Open("c2ln", "claude-sonnet-4-5"));
        Assert.Null(ThoughtSeal.Open("another vendor's!", "claude-sonnet-4-5"));
    }
}
