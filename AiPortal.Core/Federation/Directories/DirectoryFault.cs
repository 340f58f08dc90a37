using System.Net.Sockets;
using System.Security.Authentication;
using AiPortal.Core.Data;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Federation.Directories;

/// <summary>Why a directory could not be asked.</summary>
internal sealed class DirectoryFault(string code, string message) : Exception(message)
{
    public static DirectoryFault Late => new("directory_late", "The directory does not answer in time.");

    public static DirectoryFault Gone => new("directory_gone", "The directory has closed the connection.");

    /// <summary>What stands against a whole form; the code is stable.</summary>
    public Refusal ToRefusal() => Refusal.Conflict(code, Message);

    /// <summary>Null for what is a fault of ours.</summary>
    public static DirectoryFault? Of(Exception fault) => fault switch
    {
        DirectoryFault already => already,
        AddressRefusedException refused => new DirectoryFault("address_refused", $"The address is not allowed: {refused.Message}."),
        AuthenticationException => new DirectoryFault("certificate_untrusted", "The directory's certificate is not trusted, or is another server's."),
        SocketException => new DirectoryFault("directory_unreachable", "The directory cannot be reached."),
        IOException => new DirectoryFault("directory_gone", "The directory has closed the connection."),
        _ => null,
    };
}
