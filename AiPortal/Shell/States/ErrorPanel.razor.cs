using System.Security.Cryptography;
using AiPortal.Access;
using AiPortal.Core.Access;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace AiPortal.Shell.States;

/// <summary>Stands in for a page that failed: what the reader can do and a reference that the log has too, never the exception.</summary>
public sealed partial class ErrorPanel
{
    [Inject] internal ILogger<ErrorPanel> Log { get; init; } = default!;

    [Inject] internal IStringLocalizer<ShellText> Text { get; init; } = default!;

    [Inject] internal NavigationManager Navigation { get; init; } = default!;

    private string _reference = "";

    protected override Task OnErrorAsync(Exception exception)
    {
        if (exception is SessionEndedException)
        {
            Navigation.GoToSignIn();
            return Task.CompletedTask;
        }

        if (exception is SignInDebtException { Debt: var debt })
        {
            Navigation.NavigateTo(debt == SignInDebt.NewPassword ? "/change-password" : "/account", forceLoad: true);
            return Task.CompletedTask;
        }

        _reference = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
        Log.LogError(exception, "A page failed; its reader was shown the reference {Reference}", _reference);
        return Task.CompletedTask;
    }
}
