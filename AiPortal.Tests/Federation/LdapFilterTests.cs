using System.Globalization;
using System.Text;
using AiPortal.Core.Federation;
using AiPortal.Core.Federation.Directories;
using AiPortal.Core.Tenancy;
using FsCheck;
using FsCheck.Fluent;

namespace AiPortal.Tests.Federation;

public sealed class LdapFilterTests
{
    [Theory]
    [InlineData("ada@example.com", "ada@example.com")]
    [InlineData("*", @"\2a")]
    [InlineData("a)(uid=*", @"a\29\28uid=\2a")]
    [InlineData("\\", @"\5c")]
    [InlineData("\0", @"\00")]
    [InlineData("é", @"\c3\a9")]
    public void Escape_LeavesNothingThatHasAMeaning(string value, string escaped) => Assert.Equal(escaped, LdapFilter.Escape(value));

    [Fact]
    public void Escape_AnyText_IsThatTextAgain() => Prop.ForAll<string?>(value =>
    {
        // Halves of characters are none.
        var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value ?? ""));
        var escaped = LdapFilter.Escape(text);
        Assert.DoesNotContain(escaped, c => c is '*' or '(' or ')' or '\0');
        Assert.Equal(text, Unescape(escaped));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Fill_AValueThatLooksLikeAPlace_IsNone() =>
        Assert.Equal("(|(mail={name}@x)(uid={name}))", LdapFilter.Fill("(|(mail={login})(uid={name}))", ("{login}", "{name}@x"), ("{name}", "{name}")));

    [Theory]
    [InlineData("(mail={login})", true)]
    [InlineData("(&(a=b)(mail={login}))", true)]
    [InlineData("(a=b)(mail={login})", false)]
    [InlineData("mail={login}", false)]
    [InlineData("((mail={login})", false)]
    public void IsWhole_OneFilterInBrackets(string template, bool whole) => Assert.Equal(whole, LdapFilter.IsWhole(template));

    [Fact]
    public void PlaceOf_TheFirstRuleWithARoleAndTheFirstWithATeam()
    {
        var team = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        GroupRule[] rules = [new("cn=A, dc=x", null, team), new("CN=b,DC=x", Role.Finance), new("cn=a,dc=x", Role.Manager)];
        Assert.Equal((Role.Finance, team), GroupRule.PlaceOf(rules, ["cn=a,dc=x", "cn=b,dc=X"]));
        Assert.Equal((null, null), GroupRule.PlaceOf(rules, ["cn=ab,dc=x"]));
    }

    private static string Unescape(string text)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\')
            {
                bytes.Add((byte)text[at]);
                continue;
            }

            bytes.Add(byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            at += 2;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
