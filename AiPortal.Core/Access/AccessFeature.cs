using AiPortal.Core.Access.Grants;
using AiPortal.Core.Access.TwoFactor;
using AiPortal.Core.Data;
using AiPortal.Core.Data.Sealing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace AiPortal.Core.Access;

/// <summary>People, sign-in, sessions, permissions and the change gate.</summary>
public static class AccessFeature
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddIdentityCore<PortalUser>(options =>
        {
            options.User.RequireUniqueEmail = true;
            options.User.AllowedUserNameCharacters = "";
            options.Password.RequiredLength = 10;
            options.Password.RequiredUniqueChars = 4;
            options.Password.RequireDigit = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireNonAlphanumeric = false;
        });
        services.AddScoped<IUserStore<PortalUser>, PortalUserStore>();
        services.AddSealed(new SealedColumn("user_second_factors", "secret", "second_factor:{user_id}", Key: "user_id"));
        services.AddSingleton<GiveAccess>();
        services.AddSingleton<EndAccess>();
        services.AddScoped<GrantList>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<PasswordCheck>();
        services.AddForPortal<PersonChange>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<SetUpTwoFactor>();
        services.AddSingleton<ResetTwoFactor>();
        services.AddScoped<SignIn>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<Register>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<ActorSource>();
        services.AddSingleton<SessionRights>();
        services.AddSingleton<ResourceLocator>();
        services.AddForPortal<ChangeGate>();
        services.AddSingleton<CreateServiceToken>();
        services.AddSingleton<RevokeServiceToken>();
        services.AddScoped<ServiceTokenList>();
        services.AddTenantReads<CurrentReader>();
        services.AddForPortal<BootstrapAdministrator>();
        return services;
    }
}
