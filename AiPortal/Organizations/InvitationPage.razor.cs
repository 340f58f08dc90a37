using AiPortal.Access;
using AiPortal.Core.Data;
using AiPortal.Core.Organizations;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Organizations;

/// <summary>Where an invitation link leads: the invited person chooses his password and goes on to sign in.</summary>
public sealed partial class InvitationPage
{
    private string? _fault;

    [Inject] internal AcceptInvitation Accept { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private HttpContext Context { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "token")] private string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "invitation")] private NewPassword? Form { get; set; }

    private async Task SubmitAsync()
    {
        var outcome = await Accept.RunAsync(Token ?? "", Form?.Password ?? "", Context.ClientIp(), Context.RequestAborted);
        if (outcome.Refusal is { } refusal)
            _fault = refusal.Kind == RefusalKind.Invalid ? Text["Invitation.Weak"] : Text["Invitation.Spent"];
        else
            Navigation.NavigateTo("/sign-in");
    }

    internal sealed class NewPassword
    {
        public string? Password { get; set; }
    }
}
