namespace AiPortal.Core.Data;

/// <summary>
/// The host cannot start as it is configured. The host prints <see cref="Exception.Message"/>, which is one line that
/// begins with <see cref="Key"/>, and ends with exit code 2.
/// </summary>
public sealed class StartFault : Exception
{
    /// <param name="key">The configuration key to mend, such as <c>Portal:DataDirectory</c>.</param>
    /// <param name="reason">One line without secrets.</param>
    /// <param name="inner">What was thrown underneath, for the log.</param>
    public StartFault(string key, string reason, Exception? inner = null)
        : base($"{key}: {reason.ReplaceLineEndings(" ")}", inner)
    {
        Key = key;
    }

    public string Key { get; }
}
