using System.Runtime.InteropServices;
using AiPortal.Core.Ledger.Journals;
using Microsoft.Win32.SafeHandles;

namespace AiPortal.Tests.Ledger.Journals;

/// <summary>Puts <c>/dev/full</c> behind an open file: every further write fails as on a full disk.</summary>
internal static class DevFull
{
    public static void Replace(SafeFileHandle file)
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (dup2((int)full.DangerousGetHandle(), (int)file.DangerousGetHandle()) < 0)
            throw new IOException($"dup2 failed: {Marshal.GetLastPInvokeError()}");
    }

#pragma warning disable IDE1006, SYSLIB1054 // The C library's own name.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int from, int to);
#pragma warning restore IDE1006, SYSLIB1054
}
