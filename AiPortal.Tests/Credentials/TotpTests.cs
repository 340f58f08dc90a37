using AiPortal.Core.Access.TwoFactor;
using Xunit;

namespace AiPortal.Tests.Credentials;

public sealed class TotpTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    /// <summary>RFC 6238, appendix B, the last six digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    [InlineData(20_000_000_000, "353130")]
    public void CodeOf_TheStandardsVectors_Agrees(long unixSeconds, string code)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
        Assert.Equal(code, Totp.CodeOf(Secret, Totp.StepAt(at)));
        Assert.Equal(Totp.StepAt(at), Totp.Match(Secret, code, at));
        Assert.Equal(Totp.StepAt(at), Totp.Match(Secret, code, at.AddSeconds(30)));
        Assert.Null(Totp.Match(Secret, code, at.AddSeconds(90)));
        Assert.Null(Totp.Match(Secret, code[..5], at));
    }

    [Fact]
    public void Base32_IsWhatAppsTake() => Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.Base32(Secret));
}
