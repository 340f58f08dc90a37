// A provider that costs next to nothing, so that the figures are the proxy's. Raw blocking sockets, one thread a
// connection. Any POST is answered:
//   "stream":true   a role chunk, then CHUNKS content chunks DELAY ms apart, a finish chunk, a usage chunk and [DONE];
//                   each content chunk carries the monotonic clock of its send as "@<ns>", so that a client on this
//                   machine can tell how long the chunk was under way;
//   otherwise       one completion.
// The text [[chunks=40 delay=5]] anywhere in a request's body sets CHUNKS and DELAY (40 and 0 without it).
//   upstream PORT                   serves on 127.0.0.1:PORT
//   upstream write FOLDER           writes both answers as files, for a web server to hand out
using System.Net;
using System.Net.Sockets;
using AiPortal.Benchmarks.Upstream;

if (args is ["write", var folder])
{
    await File.WriteAllBytesAsync(Path.Combine(folder, "completion.json"), Answers.Plain);
    await File.WriteAllBytesAsync(Path.Combine(folder, "completion.sse"), Answers.WholeStream(40));
    return;
}

using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
listener.Bind(new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture)));
listener.Listen(4096);
while (true)
{
    var socket = listener.Accept();
    socket.NoDelay = true;
    new Thread(() => new Connection(socket).Serve(), 256 * 1024) { IsBackground = true }.Start();
}
