using AiPortal.Core.Data;
using AiPortal.Hosting;

try
{
    if (await Verbs.RunAsync(args) is { } code) return code;
    await using var portal = await PortalProcess.PrepareAsync(args);
    await portal.RunAsync();
    return 0;
}
catch (StartFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
