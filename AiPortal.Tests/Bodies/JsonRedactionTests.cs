using System.Text.Json;
using AiPortal.Core.Bodies;
using AiPortal.Core.Keys;
using AiPortal.Core.Tenancy;

namespace AiPortal.Tests.Bodies;

public sealed class JsonRedactionTests
{
    [Theory]
    [InlineData("my key is sk-proj-AbCd1234efGH5678ijKL", "my key is [redacted:secret]")]
    [InlineData("密钥sk-ant-api03-0123456789abcdefXYZ，谢谢", "密钥[redacted:secret]，谢谢")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE here", "AWS [redacted:secret] here")]
    [InlineData("push with ghp_0123456789abcdefghijABCDEFGHIJ012345", "push with [redacted:secret]")]
    [InlineData("Authorization: Bearer abc123.def456-ghi", "Authorization: Bearer [redacted:secret]")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[redacted:secret]")]
    [InlineData("postgres://app:hunter2@db.internal/x", "postgres://[redacted:secret]@db.internal/x")]
    [InlineData("password: hunter2 and more", "password: [redacted:secret] and more")]
    [InlineData("API_KEY=abcdef", "API_KEY=[redacted:secret]")]
    [InlineData("密码是：hunter2，记住", "密码是：[redacted:secret]，记住")]
    [InlineData("{\"password\":\"inner\"}", "{\"password\":\"[redacted:secret]\"}")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nend", "[redacted:secret]\nend")]
    [InlineData("write to Jörg.Müller+x@mail.example.de now", "write to [redacted:email] now")]
    [InlineData("联系john@example.com谢谢", "联系[redacted:email]谢谢")]
    [InlineData("call +49 30 901820 or (555) 123-4567.", "call [redacted:number] or [redacted:number].")]
    [InlineData("电话13812345678", "电话[redacted:number]")]
    [InlineData("+8613812345678 13912345678", "[redacted:number] [redacted:number]")]
    [InlineData("card 4111 1111 1111 1111 12/27", "card [redacted:number] 12/27")]
    [InlineData("amex 378282246310005", "amex [redacted:number]")]
    public void Text_WhatMustNotBeKept_IsTakenOut(string said, string kept) =>
        Assert.Equal(kept, Content(JsonRedaction.Redact(Message(said), BodyPolicy.AllRedactions)));

    [Theory]
    [InlineData("The task-force met on 2024-01-15 at 10:30 in room 1234.")]
    [InlineData("192.168.100.200 took 12345678 ms, build 20240115, order 4111111111111112")]
    [InlineData("a risk-assessment-of-the-whole is basic understanding; scikit sk-learn-documentation-pages")]
    [InlineData("id 550e8400-e29b-41d4-a716-446655440000")]
    [InlineData("what is a password and an API key")]
    [InlineData("3.14159265358979 and 0.4111111111111111")]
    public void Text_NothingOfTheKind_StaysByteForByte(string said) =>
        Assert.Equal(Message(said), JsonRedaction.Redact(Message(said), BodyPolicy.AllRedactions));

    [Fact]
    public void Secret_OfThePortalItself_IsKnown() =>
        Assert.Equal("[redacted:secret]", Content(JsonRedaction.Redact(Message(VirtualKeyFormat.Generate()), [BodyRedaction.Secrets])));

    [Fact]
    public void Escapes_DoNotHide()
    {
        const string json = """{"content":"me\u0040example.com \"s\u006b-AbCd1234efGH5678ijKL\" \ud83d\ude00\n"}""";
        var kept = JsonDocument.Parse(JsonRedaction.Redact(json, BodyPolicy.AllRedactions)).RootElement.GetProperty("content").GetString();
        Assert.Equal("[redacted:email] \"[redacted:secret]\" 😀\n", kept);
    }

    [Fact]
    public void Members_NamedAsSecrets_LoseTheirValue()
    {
        const string json = """{"tools":[{"headers":{"X-API-Key" : "plain"}}],"password":"p\"q","max_tokens":5,"properties":{"password":{"type":"string"}}}""";
        Assert.Equal("""{"tools":[{"headers":{"X-API-Key" : "[redacted:secret]"}}],"password":"[redacted:secret]","max_tokens":5,"properties":{"password":{"type":"string"}}}""",
            JsonRedaction.Redact(json, BodyPolicy.AllRedactions));
    }

    [Fact]
    public void LogProbabilities_WhichSpellTheTextAgain_Go() => Assert.Equal("""{"logprobs":null,"x":1}""",
        JsonRedaction.Redact("""{"logprobs":{"content":[{"token":"sk","bytes":[115,107]},{"token":"}\""}]},"x":1}""", BodyPolicy.AllRedactions));

    [Fact]
    public void CardNumber_AsANumber_IsReplacedAndTheTextStaysJson()
    {
        var kept = JsonRedaction.Redact("""{"card":4111111111111111,"created":1760000000,"share":0.4111111111111111,"s":4.111111111111111e15}""", BodyPolicy.AllRedactions);
        Assert.Equal("""{"card":"[redacted:number]","created":1760000000,"share":0.4111111111111111,"s":4.111111111111111e15}""", kept);
    }

    [Theory]
    [InlineData("""{"messages":[{"content":"mail me@example.com and th""", """{"messages":[{"content":"mail [redacted:email] and th""")]
    [InlineData("""{"a":"x\""", """{"a":"x\""")]
    [InlineData("""{"a":"x\u00""", """{"a":"x\u00""")]
    [InlineData("""{"password":""", """{"password":""")]
    [InlineData("""{"password":"abc""", """{"password":"[redacted:secret]""" + "\"")]
    [InlineData("", "")]
    [InlineData("plain me@example.com", "plain [redacted:email]")]
    public void Text_CutAnywhere_IsStillRead(string json, string kept) => Assert.Equal(kept, JsonRedaction.Redact(json, BodyPolicy.AllRedactions));

    [Fact]
    public void Redactions_NotAskedFor_AreNotDone() =>
        Assert.Equal("me@example.com [redacted:secret] 13812345678", Content(JsonRedaction.Redact(Message("me@example.com sk-AbCd1234efGH5678ijKL 13812345678"), [BodyRedaction.Secrets])));

    [Fact]
    public void LongText_TakesLinearTime()
    {
        var text = Message(string.Concat(Enumerable.Repeat("a@a.+1 (1 sk-", 40_000)));
        var began = TimeProvider.System.GetTimestamp();
        JsonRedaction.Redact(text, BodyPolicy.AllRedactions);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10));
    }

    private static string Message(string text) => JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = text } } });

    private static string? Content(string json) => JsonDocument.Parse(json).RootElement.GetProperty("messages")[0].GetProperty("content").GetString();
}
