namespace AiPortal.Core.Backups;

/// <summary>A backup cannot be made, read or restored. The message is one sentence for the operator, without secrets.</summary>
public sealed class BackupFault : Exception
{
    public BackupFault(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
