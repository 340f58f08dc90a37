using AiPortal.Core.Data;
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
            options.Lockout.MaxFailedAccessAttempts = 10;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        });
        services.AddScoped<IUserStore<PortalUser>, PortalUserStore>();
        services.AddScoped<SignIn>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<Register>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<ActorSource>();
        services.AddSingleton<ResourceLocator>();
        services.AddSingleton<ChangeGate>();
        services.AddSingleton<CreateServiceToken>();
        services.AddSingleton<RevokeServiceToken>();
        services.AddSingleton<ServiceTokenList>();
        services.AddSingleton<TenantDb>();
        services.AddSingleton<BootstrapAdministrator>();
        return services;
    }
}
