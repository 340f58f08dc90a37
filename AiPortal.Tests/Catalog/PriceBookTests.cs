using AiPortal.Core.Catalog;
using Xunit;

namespace AiPortal.Tests.Catalog;

public sealed class PriceBookTests
{
    private static readonly Guid Organization = new("00000000-0000-0000-0000-0000000000a1");
    private static readonly Guid Stranger = new("00000000-0000-0000-0000-0000000000a2");
    private static readonly Guid Account = new("00000000-0000-0000-0000-0000000000b1");
    private static readonly Guid Other = new("00000000-0000-0000-0000-0000000000b2");
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly Price BuiltIn = Prices.Row(1, 1);
    private static readonly Price Organizations = Prices.Row(2, 2) with { OrganizationId = Organization };
    private static readonly Price Accounts = Prices.Row(3, 3) with { OrganizationId = Organization, ProviderId = Account };

    [Fact]
    public void Find_RowsOfAllKinds_TheNearestWins()
    {
        var book = PriceBook.Create([BuiltIn, Organizations, Accounts]);

        Assert.Same(Accounts, book.Find(Organization, Account, "openai", "model", Noon));
        Assert.Same(Organizations, book.Find(Organization, Other, "openai", "model", Noon));
        Assert.Same(BuiltIn, book.Find(Stranger, Account, "openai", "model", Noon));
    }

    [Fact]
    public void Find_OtherVendorOrModelOrLetterCase_IsUnpriced()
    {
        var book = PriceBook.Create([BuiltIn, Organizations]);

        Assert.Null(book.Find(Organization, Account, "anthropic", "model", Noon));
        Assert.Null(book.Find(Organization, Account, "openai", "Model", Noon));
        Assert.Null(PriceBook.Empty.Find(Organization, Account, "openai", "model", Noon));
    }

    [Fact]
    public void Find_Intervals_AreHalfOpen()
    {
        var old = BuiltIn with { EffectiveTo = Noon };
        var now = BuiltIn with { InputPrice = 5, EffectiveFrom = Noon, EffectiveTo = Noon.AddDays(1) };
        var book = PriceBook.Create([now, old]);

        Assert.Same(old, Find(book, Noon.AddTicks(-1)));
        Assert.Same(now, Find(book, Noon));
        Assert.Same(now, Find(book, Noon.AddDays(1).AddTicks(-1)));
        Assert.Null(Find(book, Noon.AddDays(1)));
        Assert.Null(Find(book, Prices.Always.AddTicks(-1)));
    }

    [Fact]
    public void Find_NearestRowEnded_FallsToTheNext()
    {
        var book = PriceBook.Create([BuiltIn, Organizations with { EffectiveTo = Noon }]);

        Assert.Same(BuiltIn, Find(book, Noon));
    }

    [Fact]
    public void Find_OverlappingRows_TheLaterStartThenTheHigherVersionWins()
    {
        var first = BuiltIn with { Version = 7 };
        var second = BuiltIn with { EffectiveFrom = Noon, Version = 1 };
        var third = BuiltIn with { EffectiveFrom = Noon, Version = 2 };

        Assert.Same(third, Find(PriceBook.Create([first, second, third]), Noon));
        Assert.Same(first, Find(PriceBook.Create([third, second, first]), Noon.AddTicks(-1)));
    }

    [Fact]
    public void Find_UnusableRow_DoesNotUncoverTheRowBeneath()
    {
        var zero = Organizations with { InputPrice = 0, OutputPrice = 0 };

        Assert.Null(Find(PriceBook.Create([BuiltIn, zero]), Noon));
        Assert.NotNull(Find(PriceBook.Create([BuiltIn, zero with { Free = true }]), Noon));
    }

    [Fact]
    public void PricesFor_AllShelves_OneRowForEachModelByName()
    {
        var own = Prices.Row(4, 4) with { ModelName = "zeta", OrganizationId = Organization, ProviderId = Account };
        var ended = Prices.Row(4, 4) with { ModelName = "alpha", EffectiveTo = Noon };
        var book = PriceBook.Create([own, BuiltIn, Organizations, ended]);

        Assert.Equal([Organizations, own], book.PricesFor(Organization, Account, "openai", Noon));
        Assert.Equal([BuiltIn], book.PricesFor(Stranger, Other, "openai", Noon));
        Assert.Equal([own], book.PricesFor(Organization, Account, "mistral", Noon));
    }

    private static Price? Find(PriceBook book, DateTimeOffset at) => book.Find(Organization, Other, "openai", "model", at);
}
