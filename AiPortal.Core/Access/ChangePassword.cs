using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace AiPortal.Core.Access;

/// <summary>A person changes his own password; his other sessions end.</summary>
public sealed class ChangePassword(UserManager<PortalUser> users, SignInAttempts attempts, Sessions sessions)
{
    public async Task<Outcome<bool>> RunAsync(Actor actor, string current, string next, CancellationToken token = default)
    {
        var user = await users.FindByIdAsync(actor.Id.ToString());
        if (user is null) return Refusal.Missing("user");
        if (next == current) return Refusal.Field("new_password", "The new password must differ from the current one.");
        if (!await attempts.TakeAsync(user.Id, token)) return Refusal.Field("current_password", "The current password is wrong.");
        var result = await users.ChangePasswordAsync(user, current, next);
        if (!result.Succeeded) return Refused(result);
        await attempts.ForgetAsync(user.Id, token);
        user.MustChangePassword = false;
        await users.UpdateAsync(user);
        await sessions.EndOthersAsync(user.Id, actor.SessionId, token);
        return true;
    }

    private static Refusal Refused(IdentityResult result) =>
        result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch))
            ? Refusal.Field("current_password", "The current password is wrong.")
            : Refusal.Field("new_password", string.Join(" ", result.Errors.Select(e => e.Description)));
}
