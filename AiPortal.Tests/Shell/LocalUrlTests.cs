using AiPortal.Shell;
using Xunit;

namespace AiPortal.Tests.Shell;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/calls?model=gpt-4.1&from=2026-06-01#top")]
    [InlineData("/a//b")]
    public void Url_WithinTheSite_IsKept(string url) => Assert.Equal(url, LocalUrl.OrHome(url));

    [Theory]
    [InlineData("/calls?search=中文", "/calls?search=%E4%B8%AD%E6%96%87")]
    [InlineData("/／evil.example", "/%EF%BC%8Fevil.example")]
    public void Url_OfOtherLetters_IsEscaped(string url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("calls")]
    public void Url_OfAnotherSite_BecomesHome(string? url) => Assert.Equal("/", LocalUrl.OrHome(url));
}
