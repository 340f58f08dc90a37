using AiPortal.Core.Catalog;
using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger.Journals;

public sealed class SettlementKindsTests
{
    [Fact]
    public void Journal_EveryKindOfUsageAndCost_ComesBack()
    {
        var usage = new Usage(1, 2, 3, 4, 5) { CacheWrite1h = 6, AudioInput = 7, AudioOutput = 8, ImageInput = 9, ImageOutput = 10, Images = 11, AudioMs = 12, Characters = 13, Searches = 14 };
        var cost = new Cost(0.1m, 0.2m, 0.3m, 0.4m, 0.5m, 0.6m)
        {
            CacheWrite1h = 0.01m,
            AudioInput = 0.02m,
            AudioOutput = 0.03m,
            ImageInput = 0.04m,
            ImageOutput = 0.05m,
            Images = 0.06m,
            AudioTime = 0.07m,
            Characters = 0.08m,
            Searches = 0.09m,
            ReportedDifference = -0.000000000001m,
        };
        var written = JournalSamples.Settlement(Guid.CreateVersion7(JournalSamples.Noon)) with
        {
            Usage = usage,
            Cost = cost,
            Notes = new CostNotes { Region = "us", DiscountPercent = 12.5m, ReportedCost = 0.7m, CostDiffers = true, TierUnpriced = true },
        };

        var read = JournalCodec.Settlement(JournalCodec.Encode(written)[JournalFrame.HeaderBytes..]);

        Assert.Equal(written, read);
        Assert.Equal(usage, read.Usage);
        Assert.Equal(cost, read.Cost);
        var entry = new LedgerEntry { ProviderName = "p", ModelName = "m", RequestType = "chat", CostType = "ai_api" };
        SettledCost.Write(entry, read.Usage, read.Cost, read.Notes);
        Assert.Equal(usage, EntryKinds.UsageOf(entry));
        Assert.Equal(cost, EntryKinds.CostOf(entry));
        Assert.Equal(cost.Total, entry.TotalCost);
    }
}
