using AiPortal.Core.Access;
using AiPortal.Shell;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Access;

/// <summary>Static HTML: a circuit cannot set a cookie. Whoever has two-factor gives his code in a second step.</summary>
public sealed partial class SignInPage
{
    private string? _fault;
    private string? _ticket;
    private IReadOnlyList<(Guid Id, string Name)> _buttons = [];

    [Inject] internal SignIn SignIn { get; init; } = default!;

    [Inject] internal SecondStepTicket Tickets { get; init; } = default!;

    [Inject] internal BrowserSession Browser { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "sign-in")] private Credentials? Form { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in-code")] private SecondStep? Second { get; set; }

    [Inject] internal IProviderButtons Buttons { get; init; } = default!;

    [SupplyParameterFromQuery(Name = "step")] private string? Step { get; set; }

    [SupplyParameterFromQuery(Name = "fault")] private string? Fault { get; set; }

    /// <summary>Whose people sign in here, where the portal has several organizations: its link names it.</summary>
    [SupplyParameterFromQuery(Name = "organization")] private Guid? Organization { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")] private string? ReturnUrl { get; set; }

    // The form that was sent must be on the page before it can be taken.
    protected override async Task OnInitializedAsync()
    {
        _ticket = Second?.Ticket;
        if (HttpMethods.IsGet(Context.Request.Method))
        {
            if (Step == "code") _ticket = SecondStepTicket.Take(Context);
            if (Fault is not null) _fault = SignInFault.Of(Text, Fault);
        }

        _buttons = await Buttons.ForAsync(Organization, Context.RequestAborted);
    }

    private async Task SubmitAsync()
    {
        var outcome = await SignIn.RunAsync(Form?.Email ?? "", Form?.Password ?? "", null, Context.ClientIp(), Context.RequestAborted);
        if (outcome.Refusal is { } refusal) _fault = SignInFault.Of(Text, refusal.Code);
        else if (outcome.Value.NeedsCode) _ticket = Tickets.Seal(outcome.Value);
        else await EnterAsync(outcome.Value);
    }

    private async Task FinishAsync()
    {
        if (Tickets.Open(Second?.Ticket) is not var (user, stamp, way))
        {
            (_ticket, _fault) = (null, Text["Code.Late"]);
            return;
        }

        var outcome = await SignIn.FinishAsync(user, stamp, Second?.Code ?? "", way);
        if (outcome.IsRefused) _fault = Text["Code.Wrong"];
        else await EnterAsync(outcome.Value);
    }

    private async Task EnterAsync(SignInStep step) => Navigation.NavigateTo(await Browser.BeginAsync(Context, step) switch
    {
        SignInDebt.NewPassword => "/change-password",
        SignInDebt.TwoFactor => "/account",
        null => LocalUrl.OrHome(ReturnUrl),
    });

    internal sealed class Credentials
    {
        public string? Email { get; set; }

        public string? Password { get; set; }
    }

    internal sealed class SecondStep
    {
        public string? Ticket { get; set; }

        public string? Code { get; set; }
    }
}
