using Microsoft.Extensions.Localization;

namespace AiPortal.Access;

/// <summary>Why somebody who showed who he is does not come in, in his language.</summary>
internal static class SignInFault
{
    /// <summary>Where there is no word for the code, the words that tell nothing.</summary>
    public static string Of(IStringLocalizer<AccessText> text, string code)
    {
        var own = text["Fault." + code];
        return own.ResourceNotFound ? text["SignIn.Wrong"] : own;
    }
}
