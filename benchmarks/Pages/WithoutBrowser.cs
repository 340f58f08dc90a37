using System.Reflection;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.JSInterop;

namespace AiPortal.Benchmarks.Pages;

/// <summary>The portal's services with nobody at the other end of a circuit: what is asked of the browser is answered at once and with nothing.</summary>
internal sealed class WithoutBrowser : IServiceProviderFactory<IServiceCollection>
{
    public IServiceCollection CreateBuilder(IServiceCollection services) => services;

    public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder)
    {
        containerBuilder.Replace(ServiceDescriptor.Scoped<IJSRuntime, NoScript>());
        containerBuilder.Replace(ServiceDescriptor.Scoped<INavigationInterception, NoInterception>());
        containerBuilder.Replace(ServiceDescriptor.Scoped<IScrollToLocationHash, NoInterception>());
        return containerBuilder.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    private sealed class NoInterception : INavigationInterception, IScrollToLocationHash
    {
        public Task EnableNavigationInterceptionAsync() => Task.CompletedTask;

        public Task RefreshScrollPositionForHash(string locationAbsolute) => Task.CompletedTask;
    }

    /// <summary>One thing a table cannot do without: that its rows are told to be in sight, in a window of 640 pixels.</summary>
    private sealed class NoScript : IJSRuntime, IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, default, args);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            if (typeof(TValue) == typeof(IJSObjectReference)) return (TValue)(object)this;
            if (identifier == "Blazor._internal.Virtualize.init" && args is [{ } reference, ..])
            {
                var rows = reference.GetType().GetProperty("Value")!.GetValue(reference)!;
                await Task.Yield();
                rows.GetType().GetMethod("OnSpacerAfterVisible", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(rows, [100_000f, 0f, 640f]);
            }

            return default!;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
