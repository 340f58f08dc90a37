using AiPortal.Core.Alerts;
using AiPortal.Core.Data;
using AiPortal.Ui.Figures;
using Microsoft.Extensions.Localization;

namespace AiPortal.Alerts;

/// <summary>An alert in the reader's language; what is of a kind not known here, in its own words.</summary>
internal static class AlertWords
{
    public static string TitleOf(IStringLocalizer<AlertsText> text, Alert alert) => alert switch
    {
        { BudgetName: { } budget, Threshold: 1 } => text["Title.UsedUp", budget],
        { BudgetName: { } budget, Threshold: { } threshold } => text["Title.Passed", budget, Formats.Current.Percent(threshold)],
        { Type: AlertType.ModelUnpriced, ModelName: { } model } => text["Title.Unpriced", model],
        { Type: AlertType.KeyExpiring, ModelName: { } key } => text["Title.KeyExpiring", key],
        { Type: AlertType.CredentialExpiring, ModelName: { } account } => text["Title.CredentialExpiring", account],
        { Type: AlertType.KeysIdle, ModelName: { } count } => text["Title.KeysIdle", count],
        _ => alert.Title,
    };

    public static string DetailOf(IStringLocalizer<AlertsText> text, Alert alert) => alert switch
    {
        { UsedAmount: { } used, LimitAmount: { } limit } => text["Detail.Used", Formats.Current.Counted(used, UnitOf(alert)), Formats.Current.Counted(limit, UnitOf(alert))],
        { Type: AlertType.ModelUnpriced } => text["Detail.Unpriced"],
        { Type: AlertType.KeyExpiring, PeriodEnd: { } end } => text["Detail.KeyExpiring", Formats.Current.Date(end, TimeZoneInfo.Utc)],
        { Type: AlertType.CredentialExpiring, PeriodEnd: { } end } => text["Detail.CredentialExpiring", Formats.Current.Date(end, TimeZoneInfo.Utc)],
        { Type: AlertType.KeysIdle } => text["Detail.KeysIdle"],
        _ => alert.Message,
    };

    /// <summary>Where something can be done about it.</summary>
    public static string PlaceOf(Alert alert) => alert.Type == AlertType.KeysIdle ? "/keys?status=idle" : "/alerts";

    private static string UnitOf(Alert alert) => alert.Unit is { } unit ? EnumWord.Of(unit) : Formats.Usd;
}
