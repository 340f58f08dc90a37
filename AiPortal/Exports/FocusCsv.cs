using System.Globalization;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Data;
using AiPortal.Core.Focus;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;

namespace AiPortal.Exports;

/// <summary>What a FOCUS file is about, beside its charges.</summary>
internal sealed record FocusFile(Guid OrganizationId, string OrganizationName)
{
    public string Currency { get; init; } = "USD";

    /// <summary>Units of the currency for one USD.</summary>
    public decimal Rate { get; init; } = 1;

    public string? InvoiceId { get; init; }

    /// <summary>Null: the calendar month (UTC) of each charge.</summary>
    public Period? BillingPeriod { get; init; }

    /// <summary>Charges of a period that was invoiced before.</summary>
    public bool Corrects { get; init; }

    /// <summary>What the charges must add up to; the difference, that of rounding, is a charge of its own.</summary>
    public decimal? Total { get; init; }

    /// <summary>1.4 has done away with ProviderName and PublisherName.</summary>
    public bool WithProviderNames { get; init; } = true;
}

/// <summary>FOCUS 1.2 as CSV: mandatory columns and those an AI ledger can fill, own columns behind them by <c>x_</c>.</summary>
internal static class FocusCsv
{
    private const string Issuer = "AiPortal";

    public static async Task WriteAsync(Stream output, FocusFile file, IReadOnlyList<FocusCharge> charges, CancellationToken token)
    {
        var columns = FocusColumns.All.Where(column => file.WithProviderNames || column.Name is not ("ProviderName" or "PublisherName")).ToList();
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', columns.Select(column => column.Name)).AsMemory(), token);
        decimal sum = 0;
        foreach (var charge in charges)
        {
            var row = new FocusRow(file, charge);
            sum += row.Billed;
            await WriteAsync(row);
        }

        if (file.Total - sum is { } rest and not 0) await WriteAsync(new FocusRow(file, Rounding(file), rest));

        Task WriteAsync(FocusRow row) => writer.WriteLineAsync(string.Join(',', columns.Select(column => column.Cell(row))).AsMemory(), token);
    }

    private static FocusCharge Rounding(FocusFile file) => new()
    {
        Day = file.BillingPeriod!.Value.Start,
        Kind = EntryKind.Adjustment,
        Meter = "Rounding",
        Unit = null,
        Quantity = null,
        UnitPrice = null,
        UnitSize = 1,
        CostUsd = 0,
        Entries = 0,
        ProviderName = Issuer,
        ModelName = "rounding",
        UpstreamModel = null,
        CostType = "rounding",
        Vendor = null,
    };
}

/// <summary>A charge in the file's currency.</summary>
internal sealed record FocusRow(FocusFile File, FocusCharge Charge, decimal? Amount = null)
{
    public decimal Billed { get; } = Amount ?? Usd.Round12(Charge.CostUsd * File.Rate);

    public decimal? UnitPrice => Charge.UnitPrice * File.Rate;

    public decimal? PricingQuantity => Charge.Quantity / Charge.UnitSize;

    /// <summary>Always unit price × quantity, where there are both.</summary>
    public decimal ListCost => UnitPrice * PricingQuantity is { } exact ? decimal.Round(exact, 20) : Billed;

    public Period BillingPeriod => File.BillingPeriod ?? new Period(
        new DateTimeOffset(Charge.Day.Year, Charge.Day.Month, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(Charge.Day.Year, Charge.Day.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1));
}

/// <summary>The columns; an empty cell is a null.</summary>
internal static class FocusColumns
{
    public static IReadOnlyList<(string Name, Func<FocusRow, string?> Cell)> All { get; } =
    [
        ("BilledCost", r => Number(r.Billed)),
        ("BillingAccountId", r => r.File.OrganizationId.ToString()),
        ("BillingAccountName", r => CsvText.Of(r.File.OrganizationName)),
        ("BillingCurrency", r => r.File.Currency),
        ("BillingPeriodEnd", r => Instant(r.BillingPeriod.End)),
        ("BillingPeriodStart", r => Instant(r.BillingPeriod.Start)),
        ("ChargeCategory", r => r.Charge.Kind == EntryKind.Usage ? "Usage" : "Adjustment"),
        ("ChargeClass", r => r.File.Corrects ? "Correction" : null),
        ("ChargeDescription", r => CsvText.Of($"{r.Charge.ModelName} {r.Charge.Meter.ToLowerInvariant()}")),
        ("ChargeFrequency", r => r.Charge.Kind == EntryKind.Usage ? "Usage-Based" : "One-Time"),
        ("ChargePeriodEnd", r => Instant(r.Charge.Day.AddDays(1))),
        ("ChargePeriodStart", r => Instant(r.Charge.Day)),
        ("ConsumedQuantity", r => Number(r.Charge.Quantity)),
        ("ConsumedUnit", r => r.Charge.Unit),
        ("ContractedCost", r => Number(r.ListCost)),
        ("ContractedUnitPrice", r => Number(r.UnitPrice)),
        ("EffectiveCost", r => Number(r.Billed)),
        ("HostProviderName", r => CsvText.Of(r.Charge.ProviderName)),
        ("InvoiceId", r => CsvText.Of(r.File.InvoiceId)),
        ("InvoiceIssuerName", _ => "AiPortal"),
        ("ListCost", r => Number(r.ListCost)),
        ("ListUnitPrice", r => Number(r.UnitPrice)),
        ("PricingCategory", r => r.UnitPrice is null ? null : "Standard"),
        ("PricingCurrency", _ => "USD"),
        ("PricingQuantity", r => Number(r.PricingQuantity)),
        ("PricingUnit", r => r.Charge.Unit is not { } unit ? null : r.Charge.UnitSize == 1 ? unit : string.Create(CultureInfo.InvariantCulture, $"{r.Charge.UnitSize} {unit}")),
        ("ProviderName", r => CsvText.Of(r.Charge.ProviderName)),
        ("PublisherName", r => CsvText.Of(r.Charge.Vendor ?? r.Charge.ProviderName)),
        ("ResourceId", r => r.Charge.Key?.Id.ToString()),
        ("ResourceName", r => CsvText.Of(r.Charge.Key?.Name)),
        ("ResourceType", r => r.Charge.Key is null ? null : "Virtual Key"),
        ("ServiceCategory", r => r.Charge.CostType switch { "storage" => "Storage", "bandwidth" => "Networking", _ => "AI and Machine Learning" }),
        ("ServiceName", r => CsvText.Of($"{r.Charge.ProviderName} API")),
        ("ServiceProviderName", r => CsvText.Of(r.Charge.ProviderName)),
        ("ServiceSubcategory", r => r.Charge.CostType == "ai_api" ? "Generative AI" : null),
        ("SkuId", r => CsvText.Of(r.Charge.UpstreamModel ?? r.Charge.ModelName)),
        ("SkuMeter", r => r.Charge.Meter),
        ("SkuPriceId", r => r.Charge.PriceId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id}:{r.Charge.PriceVersion}") : null),
        ("SubAccountId", r => (r.Charge.Team ?? r.Charge.Project)?.Id.ToString()),
        ("SubAccountName", r => CsvText.Of((r.Charge.Team ?? r.Charge.Project)?.Name)),
        ("SubAccountType", r => r.Charge.Team is not null ? "Team" : r.Charge.Project is not null ? "Project" : null),
        ("Tags", Tags),
        ("x_CostCenterId", r => r.Charge.CostCenter?.Id.ToString()),
        ("x_FxRate", r => Number(r.File.Rate)),
        ("x_Kind", r => EnumWord.Of(r.Charge.Kind)),
        ("x_Model", r => CsvText.Of(r.Charge.ModelName)),
        ("x_ProjectId", r => r.Charge.Project?.Id.ToString()),
        ("x_Provider", r => CsvText.Of(r.Charge.ProviderName)),
        ("x_RequestCount", r => Number(r.Charge.Entries)),
        ("x_UserId", r => r.Charge.UserId?.ToString()),
        ("x_VirtualKeyId", r => r.Charge.Key?.Id.ToString()),
    ];

    private static string? Tags(FocusRow row)
    {
        var tags = new Dictionary<string, string>();
        if (row.Charge.CostCenter is { } center) tags["cost_center"] = center.Name;
        if (row.Charge.Environment is { } environment) tags["environment"] = environment.Name;
        if (row.Charge.Project is { } project) tags["project"] = project.Name;
        return tags.Count == 0 ? null : CsvText.Of(JsonSerializer.Serialize(tags));
    }

    private static string? Number(decimal? number) => number?.ToString("0.####################", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
