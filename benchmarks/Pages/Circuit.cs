using System.Diagnostics;
using AiPortal.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiPortal.Benchmarks.Pages;

/// <summary>What a page cost the server: until the last change of what is seen, and its questions to the database.</summary>
internal readonly record struct Drawn(double Milliseconds, int Queries, double QueryMilliseconds);

/// <summary>
/// A live page as the server makes it: the portal's own routes, layout and page in a circuit's services, rendered until nothing more comes. There is no
/// browser and no socket; everything else is what a person's circuit does, table rows included.
/// </summary>
internal sealed class Circuit : Renderer
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private readonly HashSet<int> _components = [];
    private long _last = Stopwatch.GetTimestamp();
    private Exception? _fault;

    private Circuit(IServiceProvider services)
        : base(services, services.GetRequiredService<ILoggerFactory>())
    {
    }

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    protected override RendererInfo RendererInfo { get; } = new("Server", isInteractive: true);

    public static async Task<Drawn> DrawAsync(IServiceProvider portal, Uri site, string path, Person person)
    {
        await using var scope = portal.CreateAsyncScope();
        var services = scope.ServiceProvider;
        ((IHostEnvironmentNavigationManager)services.GetRequiredService<NavigationManager>()).Initialize(site.ToString(), new Uri(site, path).ToString());
        ((IHostEnvironmentAuthenticationStateProvider)services.GetRequiredService<AuthenticationStateProvider>()).SetAuthenticationState(Task.FromResult(new AuthenticationState(person.Principal)));
        await services.GetRequiredService<ComponentStatePersistenceManager>().RestoreStateAsync(new NothingKept());
        await using var circuit = new Circuit(services);
        using var questions = new Questions();
        var began = Stopwatch.GetTimestamp();
        await circuit.Dispatcher.InvokeAsync(() => circuit.OpenAsync());
        await circuit.SettleAsync(path, questions);
        return new Drawn(Stopwatch.GetElapsedTime(began, circuit._last).TotalMilliseconds, questions.Count, questions.Milliseconds);
    }

    protected override void HandleException(Exception exception) => _fault ??= exception;

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
    {
        _last = Stopwatch.GetTimestamp();
        for (var i = 0; i < renderBatch.UpdatedComponents.Count; i++) _components.Add(renderBatch.UpdatedComponents.Array[i].ComponentId);
        for (var i = 0; i < renderBatch.DisposedComponentIDs.Count; i++) _components.Remove(renderBatch.DisposedComponentIDs.Array[i]);
        return Task.CompletedTask;
    }

    private Task OpenAsync()
    {
        var root = AssignRootComponentId(InstantiateComponent(typeof(Routes)));
        return RenderRootComponentAsync(root, ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Routes.Preferences)] = new Preferences("light", false) }));
    }

    private async Task SettleAsync(string path, Questions questions)
    {
        var began = Stopwatch.GetTimestamp();
        while (questions.Running || Stopwatch.GetElapsedTime(_last) < Quiet || await Dispatcher.InvokeAsync(() => Shows("skeleton")))
        {
            if (_fault is not null) throw new InvalidOperationException($"{path} failed.", _fault);
            if (Stopwatch.GetElapsedTime(began) > Most) throw new TimeoutException($"{path} is not done after {Most}.");
            await Task.Delay(2);
        }

        if (_fault is not null || (path != "/not-found" && await Dispatcher.InvokeAsync(() => Shows("notice-page")))) throw new InvalidOperationException($"{path} failed.", _fault);
    }

    /// <summary>Whether an element of this class is on the page.</summary>
    private bool Shows(string name)
    {
        foreach (var component in _components)
        {
            var frames = GetCurrentRenderTreeFrames(component);
            for (var i = 0; i < frames.Count; i++)
            {
                var frame = frames.Array[i];
                var text = frame.FrameType switch
                {
                    RenderTreeFrameType.Attribute when frame.AttributeName == "class" => frame.AttributeValue as string,
                    RenderTreeFrameType.Markup => frame.MarkupContent,
                    _ => null,
                };
                if (text is not null && (text.Split(' ').Contains(name) || text.Contains($"class=\"{name}\"", StringComparison.Ordinal))) return true;
            }
        }

        return false;
    }

    private sealed class NothingKept : IPersistentComponentStateStore
    {
        public Task<IDictionary<string, byte[]>> GetPersistedStateAsync() => Task.FromResult<IDictionary<string, byte[]>>(new Dictionary<string, byte[]>());

        public Task PersistStateAsync(IReadOnlyDictionary<string, byte[]> state) => Task.CompletedTask;
    }
}
