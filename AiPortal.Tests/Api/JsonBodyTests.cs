using System.Text;
using System.Text.Json;
using AiPortal.Api;
using AiPortal.Core.Tenancy;
using Xunit;

namespace AiPortal.Tests.Api;

public sealed class JsonBodyTests
{
    private static JsonBody Body(string json) => JsonBody.Parse(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Refusal_UnknownMember_IsNamedAlsoInNestedObjects()
    {
        var body = Body("""{"name":"a","budgte":1,"budget":{"limit":1,"perod":"monthly"},"id":"x"}""");
        body.Text("name");
        body.ReadOnly("id", "created_at");
        body.Object("budget")!.Amount("limit");

        Assert.Equal(["budget.perod", "budgte"], body.Refusal()!.Errors!.Keys.Order());
    }

    [Fact]
    public void Refusal_EveryMemberWellFormed_IsNull()
    {
        var body = Body("""
            {"name":"数据","role":"auditor","amount":0.00000015,"at":"2026-10-01T08:00:00+08:00","id":"018f0000-0000-7000-8000-000000000001",
             "tags":{"a":"b"},"models":["x","y"],"on":true,"n":7,"none":null}
            """);

        Assert.Equal("数据", body.Text("name"));
        Assert.Equal(Role.Auditor, body.Word<Role>("role"));
        Assert.Equal(0.00000015m, body.Amount("amount"));
        Assert.Equal(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero), body.InstantOrNull("at"));
        Assert.Equal(Guid.Parse("018f0000-0000-7000-8000-000000000001"), body.Id("id"));
        Assert.Equal("b", body.Map("tags")["a"]);
        Assert.Equal(["x", "y"], body.TextsOrNull("models")!);
        Assert.True(body.Flag("on", false));
        Assert.Equal(7, body.Int("n", 0));
        Assert.Null(body.TextOrNull("none", "was"));
        Assert.Equal("stays", body.TextOrNull("absent", "stays"));
        Assert.Null(body.Refusal());
    }

    [Theory]
    [InlineData("\"1.5\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("1000000000000")]
    [InlineData("1e400")]
    [InlineData("0.0000000000001")]
    [InlineData("1e-40")]
    [InlineData("0.12345678901200000000000000000000001")]
    [InlineData("null")]
    public void Amount_NotAnExactNumber_IsRefused(string json)
    {
        var body = Body($$"""{"limit":{{json}}}""");
        body.Amount("limit", 3m);

        Assert.Equal("limit", Assert.Single(body.Refusal()!.Errors!).Key);
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e2", "100")]
    [InlineData("1.5E-7", "0.00000015")]
    [InlineData("999999999999.999999999999", "999999999999.999999999999")]
    [InlineData("-0", "0")]
    [InlineData("0.000000000000000000000000000000000000", "0")]
    public void Amount_ExactNumber_IsKeptAndWrittenPlain(string json, string written)
    {
        var body = Body($$"""{"limit":{{json}}}""");
        var amount = body.Amount("limit");

        Assert.Null(body.Refusal());
        Assert.Equal(written, JsonSerializer.Serialize(amount, ApiJson.Options).TrimStart('-'));
    }

    [Theory]
    [InlineData("""{"a":5}""")]
    [InlineData("""{"a":"x\u0000y"}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":""}""")]
    [InlineData("""{"a":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"a":"123456789"}""")]
    public void Text_BadValue_IsRefusedByName(string json)
    {
        var body = Body(json);
        body.Text("a", maxLength: 8);

        Assert.Equal("a", Assert.Single(body.Refusal()!.Errors!).Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[1]")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"a\ud800":1}""")]
    [InlineData("""{"a":1} x""")]
    public void Parse_NotAJsonObject_IsInvalidJson(string json)
    {
        var fault = Assert.Throws<ApiFault>(() => Body(json));

        Assert.Equal((400, "invalid_json"), (fault.Status, fault.Code));
    }

    [Theory]
    [InlineData("2026-10-01")]
    [InlineData("2026-10-01T00:00:00")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("01/10/2026 00:00Z")]
    [InlineData("")]
    public void InstantOrNull_WithoutOffsetOrMalformed_IsRefused(string text)
    {
        var body = Body($$"""{"at":"{{text}}"}""");
        body.InstantOrNull("at");

        Assert.NotNull(body.Refusal());
    }

    [Theory]
    [InlineData("2026-10-01T00:00:00.1234567Z", "2026-10-01T00:00:00.123456Z")]
    [InlineData("2026-10-01t02:30:00+02:30", "2026-10-01T00:00:00Z")]
    [InlineData("2026-10-01T00:00:00.5-01:00", "2026-10-01T01:00:00.5Z")]
    public void InstantOrNull_AnyOffset_IsUtcInMicroseconds(string text, string written)
    {
        var at = Body($$"""{"at":"{{text}}"}""").InstantOrNull("at");

        Assert.Equal(written, Rfc3339.Text(at!.Value));
    }
}
