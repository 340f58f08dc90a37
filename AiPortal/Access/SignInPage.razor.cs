using AiPortal.Core.Access;
using AiPortal.Shell;
using Microsoft.AspNetCore.Components;

namespace AiPortal.Access;

/// <summary>Static HTML: a circuit cannot set a cookie.</summary>
public sealed partial class SignInPage
{
    private bool _refused;

    [Inject] internal SignIn SignIn { get; init; } = default!;

    [Inject] internal BrowserSession Browser { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "sign-in")] private Credentials? Form { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")] private string? ReturnUrl { get; set; }

    private async Task SubmitAsync()
    {
        var outcome = await SignIn.RunAsync(Form?.Email ?? "", Form?.Password ?? "");
        if (outcome.IsRefused)
        {
            _refused = true;
            return;
        }

        await Browser.BeginAsync(Context, outcome.Value);
        Navigation.NavigateTo(outcome.Value.MustChangePassword ? "/change-password" : LocalUrl.OrHome(ReturnUrl));
    }

    internal sealed class Credentials
    {
        public string? Email { get; set; }

        public string? Password { get; set; }
    }
}
