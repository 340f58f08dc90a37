using System.Text;
using AiPortal.Core.Alerts.Delivery;

namespace AiPortal.Tests.Alerts;

public sealed class WebhookSecretTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    /// <summary>The example of the specification.</summary>
    [Fact]
    public void Sign_TheSpecificationsExample_GivesItsSignature()
    {
        Assert.True(WebhookSecret.TryRead(Secret, out var secret));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSecret.Sign([secret], Id, At, Body));
    }

    [Fact]
    public void Verify_TwoLiveSecrets_EitherIsEnough_AndNothingElse()
    {
        Assert.True(WebhookSecret.TryRead(Secret, out var old));
        Assert.True(WebhookSecret.TryRead(WebhookSecret.Make(), out var fresh));
        Assert.True(WebhookSecret.TryRead(WebhookSecret.Make(), out var foreign));
        var signature = WebhookSecret.Sign([fresh, old], Id, At, Body);

        Assert.True(Verify(old, signature, At.AddSeconds(300)));
        Assert.True(Verify(fresh, signature, At.AddSeconds(-300)));
        Assert.False(Verify(foreign, signature, At));
        Assert.False(Verify(old, signature, At.AddSeconds(301)));
        Assert.False(Verify(old, signature, At.AddSeconds(-301)));
        Assert.False(WebhookSecret.Verify(old, Id + "x", "1614265330", signature, Body, At));
        Assert.False(WebhookSecret.Verify(old, Id, "1614265331", signature, Body, At));
        Assert.False(WebhookSecret.Verify(old, Id, "1614265330", signature, [.. Body, 32], At));
        Assert.False(WebhookSecret.Verify(old, Id, "soon", signature, Body, At));
        Assert.False(WebhookSecret.Verify(old, Id, "1614265330", "", Body, At));

        static bool Verify(byte[] secret, string signature, DateTimeOffset now) => WebhookSecret.Verify(secret, Id, "1614265330", signature, Body, now);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_not base64 at all!")]
    public void TryRead_WhatMustNeverSign_IsRefused(string? text) => Assert.False(WebhookSecret.TryRead(text, out _));

    [Fact]
    public void Sign_EmptySecret_IsRefused() => Assert.Throws<ArgumentException>(() => WebhookSecret.Sign([[]], Id, At, Body));
}
