using Microsoft.AspNetCore.Components;

namespace AiPortal.Shell.States;

internal static class SignInRedirect
{
    /// <summary>Leaves the circuit for the sign-in page, which is plain HTML, and comes back here afterwards.</summary>
    internal static void GoToSignIn(this NavigationManager navigation)
    {
        var here = "/" + navigation.ToBaseRelativePath(navigation.Uri);
        navigation.NavigateTo($"/sign-in?returnUrl={Uri.EscapeDataString(here)}", forceLoad: true);
    }
}
