namespace AiPortal.Hosting;

/// <summary>
/// Work a feature needs done after the database is ready and before the first request: seeding, replaying, loading. Steps run in
/// order of their number, one after the other.
/// </summary>
public sealed record StartStep(int Order, Func<IServiceProvider, CancellationToken, Task> RunAsync);

/// <summary>Registers start steps.</summary>
public static class StartSteps
{
    public const int Seed = 10;
    public const int People = 20;
    public const int Replay = 30;
    public const int Register = 35;
    public const int Demo = 40;
    public const int Load = 50;

    public static IServiceCollection AddStartStep<T>(this IServiceCollection services, int order, Func<T, CancellationToken, Task> run) where T : notnull =>
        services.AddSingleton(new StartStep(order, (provider, token) => run(provider.GetRequiredService<T>(), token)));

    public static async Task RunAsync(IServiceProvider services, CancellationToken token)
    {
        foreach (var step in services.GetServices<StartStep>().OrderBy(step => step.Order))
            await step.RunAsync(services, token);
    }
}
