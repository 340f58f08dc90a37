using System.Net;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Alerts;
using AiPortal.Core.Alerts.Delivery;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;
using AiPortal.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiPortal.Tests.Alerts;

/// <summary>An organization with a webhook in a real database, a clock that is set by hand, and as many dispatching nodes as wanted.</summary>
internal sealed class DeliveryRig(TestDatabase database) : TimeProvider
{
    private readonly SecretVault _vault = new(MasterKey.Make().Key);
    private DateTimeOffset _now = System.GetUtcNow();

    public Guid OrganizationId { get; } = Ids.New(System);

    public string Secret { get; } = WebhookSecret.Make();

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;

    public async Task SetWebhookAsync(Uri url, params string[] recipients)
    {
        await using var db = database.Portal.OpenSystem();
        if (!await db.Set<Organization>().AnyAsync(o => o.Id == OrganizationId)) db.Add(new Organization { Id = OrganizationId, OrganizationId = OrganizationId, Name = "Fjord" });
        await db.Set<AlertChannels>().Where(c => c.OrganizationId == OrganizationId).ExecuteDeleteAsync();
        db.Add(new AlertChannels
        {
            OrganizationId = OrganizationId,
            WebhookUrl = url.ToString(),
            WebhookAllowPrivate = true,
            WebhookSecretCipher = _vault.Seal(Encoding.UTF8.GetBytes(Secret), $"alert-webhook:{OrganizationId}"),
            MailRecipients = recipients,
        });
        await db.SaveChangesAsync();
    }

    public async Task RaiseAsync(string occasion)
    {
        await using var connection = await database.Portal.System.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var draft = new AlertDraft { OrganizationId = OrganizationId, Type = AlertType.QuotaWarning, Occasion = occasion, Title = "预算 " + occasion, Message = "<b>80 %</b>", Threshold = 0.8m };
        await AlertBook.RaiseAsync(connection, [draft], this, default);
        await transaction.CommitAsync();
    }

    public AlertDispatch Node(SmtpOptions? smtp = null, double patience = 20)
    {
        var options = new AlertingOptions { WebhookPatience = TimeSpan.FromSeconds(patience), Smtp = smtp };
        var guard = new UpstreamAddressGuard([IPNetwork.Parse("127.0.0.0/8")]);
        return new AlertDispatch(Queue(), new WebhookSender(guard, _vault, options, this), new MailSender(options, this), this, NullLogger<AlertDispatch>.Instance);
    }

    public DeliveryQueue Queue() => new(database.Portal, this);

    /// <summary>One pass of a node over all that is due.</summary>
    public static async Task PassAsync(AlertDispatch node)
    {
        await node.StartDueAsync(default);
        await node.SettledAsync();
    }

    public async Task<List<AlertDelivery>> DeliveriesAsync()
    {
        await using var db = database.Portal.OpenSystem();
        return await db.Set<AlertDelivery>().AsNoTracking().Where(d => d.OrganizationId == OrganizationId).OrderBy(d => d.CreatedAt).ToListAsync();
    }
}
