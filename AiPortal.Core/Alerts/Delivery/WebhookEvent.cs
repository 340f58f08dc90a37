using System.Text.Json;
using AiPortal.Core.Data;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>An alert as its receiver gets it: <c>{"type","timestamp","data"}</c>, the same bytes each time it is sent.</summary>
internal static class WebhookEvent
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static byte[] Body(Alert alert) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Type = TypeOf(alert.Type),
            Timestamp = alert.CreatedAt.UtcDateTime,
            Data = new
            {
                alert.Id,
                alert.OrganizationId,
                Type = EnumWord.Of(alert.Type),
                Severity = EnumWord.Of(alert.Severity),
                alert.Title,
                alert.Message,
                QuotaId = alert.BudgetId,
                QuotaName = alert.BudgetName,
                PeriodType = alert.PeriodType is { } period ? EnumWord.Of(period) : null,
                PeriodStart = alert.PeriodStart?.UtcDateTime,
                PeriodEnd = alert.PeriodEnd?.AddSeconds(-1).UtcDateTime,
                Threshold = Plain(alert.Threshold),
                Limit = Plain(alert.LimitAmount),
                Used = Plain(alert.UsedAmount),
                Unit = alert.Unit is { } unit ? EnumWord.Of(unit) : null,
                Model = alert.ModelName,
            },
        }, Options);

    /// <summary>Without the zeros that the database keeps.</summary>
    private static decimal? Plain(decimal? amount) => amount / 1.0000000000000000000000000000m;

    private static string TypeOf(AlertType type) => type switch
    {
        AlertType.QuotaWarning or AlertType.BudgetWarning => "budget.warning",
        AlertType.QuotaExceeded or AlertType.BudgetExceeded => "budget.exceeded",
        AlertType.Anomaly => "spend.anomaly",
        AlertType.Threshold => "spend.threshold",
        AlertType.ModelUnpriced => "model.unpriced",
        AlertType.KeyExpiring => "key.expiring",
        AlertType.KeysIdle => "keys.idle",
        AlertType.CredentialExpiring => "credential.expiring",
    };
}
