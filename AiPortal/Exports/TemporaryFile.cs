namespace AiPortal.Exports;

/// <summary>
/// A download by way of a file: a failure shows before the answer begins, and no transaction waits for a slow reader. Gone when closed.
/// </summary>
internal static class TemporaryFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>What was written, ready to be read from its beginning.</summary>
    public static async Task<Stream> WriteAsync(Func<Stream, Task> write)
    {
        var file = new FileStream(Path.Combine(Path.GetTempPath(), "aiportal-" + Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = BufferSize,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            await write(file);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
