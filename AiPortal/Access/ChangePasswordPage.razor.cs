using AiPortal.Core.Access;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Access;

/// <summary>A person changes his own password; static HTML like the other sign-in pages.</summary>
public sealed partial class ChangePasswordPage
{
    private string? _fault;

    [Inject] internal ChangePassword Change { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    [CascadingParameter] private HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "change-password")] private Passwords? Form { get; set; }

    private async Task SubmitAsync()
    {
        var outcome = await Change.RunAsync(Context.GetActor(), Form?.Current ?? "", Form?.Next ?? "", Context.RequestAborted);
        if (outcome.Refusal is { } refusal)
            _fault = refusal.Errors?.ContainsKey("current_password") == true ? Text["Change.WrongCurrent"] : Text["Change.WeakNew"];
        else
            Navigation.NavigateTo("/");
    }

    internal sealed class Passwords
    {
        public string? Current { get; set; }

        public string? Next { get; set; }
    }
}
