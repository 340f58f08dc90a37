using System.Net.Sockets;
using System.Security.Authentication;

namespace AiPortal.Core.Alerts.Delivery;

/// <summary>Sends alerts by the operator's mail server.</summary>
public sealed class MailSender(AlertingOptions options, TimeProvider clock)
{
    /// <summary>Whether the operator has given a mail server.</summary>
    public bool IsAvailable => options.Smtp is not null;

    /// <param name="id">Becomes the mail's Message-ID.</param>
    /// <param name="to">One address.</param>
    /// <param name="alert">What it says.</param>
    public async Task<DeliveryOutcome> SendAsync(Guid id, string to, Alert alert)
    {
        if (options.Smtp is not { } smtp) return new DeliveryOutcome("No mail server is set (Portal:Smtp:Host).");
        using var patience = new CancellationTokenSource(options.MailPatience);
        try
        {
            await using var session = await SmtpSession.OpenAsync(smtp, patience.Token);
            await session.SendAsync(smtp.From, to, MailMessageText.Of(alert, id, smtp.From, to, clock.GetUtcNow()), patience.Token);
            return DeliveryOutcome.Done;
        }
        catch (SmtpRefusedException refused)
        {
            return new DeliveryOutcome(refused.Message, refused.Final);
        }
        catch (AuthenticationException)
        {
            return new DeliveryOutcome("The mail server's certificate is not trusted.");
        }
        catch (OperationCanceledException)
        {
            return new DeliveryOutcome("The mail server does not answer in time.");
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return new DeliveryOutcome(fault is SocketException ? "The mail server cannot be reached." : fault.Message);
        }
    }
}
