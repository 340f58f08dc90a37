using AiPortal.Analytics.Calls;
using AiPortal.Core.Analytics;
using AiPortal.Ui.Charts;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Analytics;

/// <summary>A part of the spend, as a bar and as a line of a table; the line of what is left out has no link.</summary>
public sealed record PartLine(string Name, decimal Cost, long Requests, long Tokens, string Color, string? Href);

/// <summary>The dashboard's charts and tables from a <see cref="SpendBoard"/>. A model keeps its colour for as long as <paramref name="colors"/> lives.</summary>
internal sealed class DashboardCharts(SpendBoard board, SeriesColors colors, IStringLocalizer<AnalyticsText> text, Formats formats, Guid? environmentId = null)
{
    private const string Currency = "USD";
    private const string PlainColor = "var(--accent)";

    /// <summary>A stack has eight series at most, the last of them what is left.</summary>
    private const int StackCount = 7;
    private const int RankCount = 8;

    private readonly CallQuery _shown = new() { Days = board.Days.Count, Environment = environmentId };

    public IReadOnlyList<ChartSeries> Series { get; } =
    [
        .. board.Models.Take(StackCount).Select(model => new ChartSeries(model.Name, colors.For(model.Name))),
        .. board.Models.Count > StackCount ? [new ChartSeries(text["Part.Other"], SeriesColors.Other)] : Array.Empty<ChartSeries>(),
    ];

    public IReadOnlyList<ChartColumn> Columns => [.. board.Days.Index().Select(day => Column(day.Index, day.Item))];

    public IReadOnlyList<PartLine> Models => Ranked(board.Models.Select(model =>
        new PartLine(model.Name, model.Sum.Cost, model.Sum.Requests, model.Sum.Tokens, colors.For(model.Name), (_shown with { Model = model.Name }).Href)));

    public IReadOnlyList<PartLine> Teams => Ranked(board.Teams.Select(team =>
        Part(team, text["Part.NoTeam"], team.Id is { } id ? (_shown with { Team = id }).Href : null)));

    public IReadOnlyList<PartLine> Providers => Ranked(board.Providers.Select(provider =>
        Part(provider, text["Part.NoName"], (_shown with { Provider = provider.Id?.ToString() ?? provider.Name }).Href)));

    public string DayHref(DateOnly date) => new CallQuery { From = date, To = date, Environment = environmentId }.Href;

    private static PartLine Part(SpendShare share, string nameless, string? href) =>
        new(share.Name ?? nameless, share.Cost, share.Requests, share.Tokens, PlainColor, href);

    private ChartColumn Column(int index, DaySpend day)
    {
        var values = board.Models.Take(StackCount).Select(model => model.Daily[index]).ToList();
        if (board.Models.Count > StackCount) values.Add(board.Models.Skip(StackCount).Sum(model => model.Daily[index]));
        var lines = Series.Index().Where(series => values[series.Index] != 0)
            .Select(series => $"{series.Item.Name}  {formats.Money(values[series.Index], Currency)}");
        var head = text["Days.Tip", formats.Date(day.Date), formats.Money(day.Sum.Cost, Currency), formats.CountExact(day.Sum.Requests)];
        return new ChartColumn(formats.Day(day.Date), string.Join('\n', lines.Prepend(head.Value)), DayHref(day.Date), values);
    }

    private List<PartLine> Ranked(IEnumerable<PartLine> lines)
    {
        var all = lines.ToList();
        if (all.Count <= RankCount + 1) return all;
        var rest = all[RankCount..];
        return
        [
            .. all[..RankCount],
            new PartLine(text["Part.OtherCount", rest.Count], rest.Sum(line => line.Cost), rest.Sum(line => line.Requests), rest.Sum(line => line.Tokens), SeriesColors.Other, null),
        ];
    }
}
