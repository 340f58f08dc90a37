namespace AiPortal.Benchmarks.Streams;

/// <summary>A straight line through a figure's samples by least squares, and whether it rises more than it may.</summary>
/// <param name="Mean">Of the samples.</param>
/// <param name="PerHour">The line's slope.</param>
/// <param name="Rise">How far the line rises from the first sample to the last.</param>
internal sealed record Growth(double Mean, double PerHour, double Rise)
{
    public static Growth Of(IReadOnlyList<(double Hours, double Value)> samples)
    {
        var (hours, mean) = (samples.Average(sample => sample.Hours), samples.Average(sample => sample.Value));
        var spread = samples.Sum(sample => (sample.Hours - hours) * (sample.Hours - hours));
        var slope = spread == 0 ? 0 : samples.Sum(sample => (sample.Hours - hours) * (sample.Value - mean)) / spread;
        return new Growth(mean, slope, slope * (samples[^1].Hours - samples[0].Hours));
    }

    /// <summary>More than this share of the mean, and more than the least that means anything.</summary>
    public bool Exceeds(double share, double least) => Rise > Math.Max(share * Mean, least);
}
