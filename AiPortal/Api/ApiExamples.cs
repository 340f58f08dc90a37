namespace AiPortal.Api;

/// <summary>Values that the examples of the OpenAPI document share.</summary>
internal static class ApiExamples
{
    public static readonly Guid Id = Guid.Parse("01997a5e-6c00-7d3b-9c55-2f6a8b1c4d01");

    public static readonly DateTimeOffset Instant = new(2026, 10, 1, 8, 30, 0, TimeSpan.Zero);
}
