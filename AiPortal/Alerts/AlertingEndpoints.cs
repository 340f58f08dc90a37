using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Alerts;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Data;

namespace AiPortal.Alerts;

/// <summary><c>/api/v1/organizations/{id}/alerting</c>: where alerts go; <c>/api/v1/cost/alerts/deliveries</c>: what became of them.</summary>
internal static class AlertingEndpoints
{
    /// <summary><c>webhook_secret</c> is written and never read; <c>webhook_gone_at</c> is when the receiver answered 410.</summary>
    internal sealed record AlertingView(Guid OrganizationId, string? WebhookUrl, bool WebhookHasSecret, DateTimeOffset? WebhookPreviousSecretUntil, bool WebhookAllowPrivate,
        DateTimeOffset? WebhookGoneAt, IReadOnlyList<string> MailRecipients, bool MailAvailable)
    {
        public static readonly string[] ReadOnlyMembers = ["organization_id", "webhook_has_secret", "webhook_previous_secret_until", "webhook_gone_at", "mail_available"];

        public static AlertingView Of(Guid organizationId, AlertChannels? row, bool mailAvailable) => new(
            organizationId, row?.WebhookUrl, row?.WebhookSecretCipher is not null, row?.PreviousUntil, row?.WebhookAllowPrivate ?? false, row?.WebhookGoneAt,
            row?.MailRecipients ?? [], mailAvailable);
    }

    internal sealed record DeliveryView(Guid Id, Guid OrganizationId, Guid AlertId, string AlertTitle, AlertChannel Channel, string Target, DeliveryStatus Status, int FailedAttempts,
        string? LastError, DateTimeOffset? NextAttemptAt, DateTimeOffset? DeliveredAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static DeliveryView Of(DeliveryLine line)
        {
            var d = line.Delivery;
            return new DeliveryView(d.Id, d.OrganizationId, d.AlertId, line.Title, d.Channel, d.Target, d.Status, d.Attempts, d.LastError,
                d.Status == DeliveryStatus.Pending ? d.DueAt : null, d.DeliveredAt, d.CreatedAt, d.UpdatedAt);
        }
    }

    public static void MapAlerting(this IEndpointRouteBuilder api)
    {
        var settings = api.MapGroup("/organizations/{id:guid}/alerting").WithTags("Alerts");
        settings.MapGet("", ReadAsync).Describe("Read where alerts go.", answer: Example);
        settings.MapMethods("", [HttpMethods.Put, HttpMethods.Patch], ChangeAsync).Describe(
            "Set where alerts go; absent members stay. A webhook is signed as Standard Webhooks 1.0 say; its secret is whsec_ and base64 of 24 to 64 random bytes.", ExampleDraft, Example);
        settings.MapPost("/test", TestAsync).Describe("Send a made-up alert to every receiver now.", answer: new { data = new[] { new ChannelTest(AlertChannel.Webhook, "", true, null) } });
        var deliveries = api.MapGroup("/cost/alerts/deliveries").WithTags("Alerts");
        deliveries.MapGet("", ListAsync).Describe("List deliveries of alerts, newest first; filters status (pending, delivered, dead), alert_id.", answer: new Page<DeliveryView>([ExampleDelivery], null));
        deliveries.MapPost("/{id:guid}/replay", ReplayAsync).Describe("Send a delivery that was given up once more, under the same event id.", answer: ExampleDelivery);
    }

    private static object ExampleDraft { get; } = new
    {
        webhook_url = "https://hooks.example.com/aiportal",
        webhook_secret = "whsec_" + Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]),
        mail_recipients = new[] { "finance@example.com" },
    };

    private static AlertingView Example { get; } = new(ApiExamples.Id, "https://hooks.example.com/aiportal", true, null, false, null, ["finance@example.com"], true);

    private static DeliveryView ExampleDelivery { get; } = new(ApiExamples.Id, ApiExamples.Id, ApiExamples.Id, "Budget 'Search, each month' has passed 80 %", AlertChannel.Mail,
        "finance@example.com", DeliveryStatus.Delivered, 0, null, null, ApiExamples.Instant, ApiExamples.Instant, ApiExamples.Instant);

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, DeliveryList deliveries, MailSender mails)
    {
        var actor = http.GetActor();
        if (actor.RoleIn(id) is null) return ApiResults.Missing("organization");
        if (ApiScope.MayView(actor, id, Permission.ManageOrganization) is { } denial) return ApiResults.Refused(denial);
        return ApiResults.Ok(AlertingView.Of(id, await deliveries.ChannelsAsync(id, http.RequestAborted), mails.IsAvailable));
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpContext http, ChangeAlertChannels change, MailSender mails)
    {
        if (http.GetActor().RoleIn(id) is null) return ApiResults.Missing("organization");
        var body = await JsonBody.ReadAsync(http);
        var outcome = await change.RunAsync(http.GetActor(), id, Overlay, http.RequestAborted);
        return ApiResults.Ok(outcome, row => AlertingView.Of(id, row, mails.IsAvailable));

        Outcome<AlertChannelsDraft> Overlay(AlertChannelsDraft now)
        {
            body.ReadOnly(AlertingView.ReadOnlyMembers);
            var draft = new AlertChannelsDraft
            {
                WebhookUrl = body.TextOrNull("webhook_url", now.WebhookUrl, 1000),
                WebhookSecret = body.TextOrNull("webhook_secret", maxLength: 1000),
                WebhookAllowPrivate = body.Flag("webhook_allow_private", now.WebhookAllowPrivate),
                MailRecipients = body.TextsOrNull("mail_recipients", [.. now.MailRecipients]) ?? [],
            };
            return body.Refusal() is { } refusal ? refusal : draft;
        }
    }

    private static async Task<IResult> TestAsync(Guid id, HttpContext http, TestAlertChannels test)
    {
        if (http.GetActor().RoleIn(id) is null) return ApiResults.Missing("organization");
        return ApiResults.Ok(await test.RunAsync(http.GetActor(), id, http.RequestAborted), tests => new { data = tests });
    }

    private static async Task<IResult> ListAsync(HttpContext http, DeliveryList deliveries)
    {
        var query = new ApiQuery(http);
        var (limit, after, status, alert) = (query.Limit(), query.CursorByInstant(), query.Word<DeliveryStatus>("status"), query.Id("alert_id"));
        var organization = ApiScope.ForList(http, query, Permission.ViewBudgets);
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Page(await deliveries.ReadAsync(organization.Value, status, alert, limit, after, http.RequestAborted), DeliveryView.Of);
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext http, ReplayDelivery replay)
    {
        var organization = await ApiScope.ForRowAsync<AlertDelivery>(http, id, "delivery");
        if (organization.Refusal is { } refusal) return ApiResults.Refused(refusal);
        return ApiResults.Ok(await replay.RunAsync(http.GetActor(), organization.Value, id, http.RequestAborted), DeliveryView.Of);
    }
}
