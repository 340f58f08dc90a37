namespace AiPortal.Ui.Panels;

/// <summary>Secrets that stand on this circuit's page and are never shown again: nothing may take them away before their reader says so.</summary>
public sealed class SecretsShown
{
    private int _count;

    /// <summary>The last one is gone.</summary>
    public event Action? Gone;

    public bool Any => _count > 0;

    internal void Add() => _count++;

    internal void Remove()
    {
        if (--_count == 0) Gone?.Invoke();
    }
}
