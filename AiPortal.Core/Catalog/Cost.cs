namespace AiPortal.Core.Catalog;

/// <summary>What a call cost in USD by kind. Each kind was rounded once, to twelve decimals; sums of kinds are exact.</summary>
public readonly record struct Cost(
    decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning, decimal Base)
{
    /// <summary>Input, cached input and cache writes.</summary>
    public decimal TotalInput => Input + CachedInput + CacheWrite;

    /// <summary>Output and reasoning.</summary>
    public decimal TotalOutput => Output + Reasoning;

    /// <summary>The exact sum of all kinds.</summary>
    public decimal Total => TotalInput + TotalOutput + Base;
}
