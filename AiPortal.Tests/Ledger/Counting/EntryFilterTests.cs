using AiPortal.Core.Ledger.Counting;
using AiPortal.Tests.Fixtures;
using Xunit;

namespace AiPortal.Tests.Ledger.Counting;

public sealed class EntryFilterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Models = ["gpt-4o", "gpt-4o-mini", "GPT-4o", "gpt_4o", "gpt%4o", @"gpt\4o", "o", "", "gpt-4oo", "模型-4o"];

    [Theory]
    [InlineData("gpt-4o", "gpt-4o", true)]
    [InlineData("gpt-4o", "gpt-4o-mini", false)]
    [InlineData("gpt-4o*", "gpt-4o", true)]
    [InlineData("gpt-4o*", "gpt-4o-mini", true)]
    [InlineData("*mini", "gpt-4o-mini", true)]
    [InlineData("*mini", "gpt-4o-mini-2024", false)]
    [InlineData("g*o*i", "gpt-4o-mini", true)]
    [InlineData("*", "anything", true)]
    [InlineData("gpt_4o", "gpt-4o", false)]
    [InlineData("GPT*", "gpt-4o", false)]
    public void Model_StarStandsForAnyCharacters_NothingElseDoes(string pattern, string model, bool matches) =>
        Assert.Equal(matches, new EntryFilter(pattern, null).Matches(model, null));

    [Fact]
    public void Provider_OnlyItsOwnAttempts_Count()
    {
        var provider = new Guid("00000000-0000-0000-0000-0000000000b1");
        Assert.True(new EntryFilter(null, provider).Matches("m", provider));
        Assert.False(new EntryFilter(null, provider).Matches("m", null));
        Assert.False(new EntryFilter("x*", provider).Matches("m", provider));
        Assert.True(default(EntryFilter).Matches("m", null));
    }

    [Fact]
    public async Task Sql_AnyPattern_SaysTheSameAsMemory()
    {
        string[] patterns = ["gpt-4o", "gpt*", "*4o", "g*4*", "*", "**", "gpt_4o", "gpt%4o", @"gpt\4o", @"gpt\*", "*o*", "模*", "o*o"];
        foreach (var pattern in patterns)
        {
            foreach (var model in Models)
            {
                var inSql = await database.ScalarAsync<bool>(
                    $"SELECT {EntryFilter.Sql("e", "$1::text", "NULL::uuid")} FROM (SELECT $2::text AS model_name, NULL::uuid AS provider_id) e", pattern, model);
                Assert.True(new EntryFilter(pattern, null).Matches(model, null) == inSql, $"'{pattern}' and '{model}': in SQL {inSql}");
            }
        }
    }
}
