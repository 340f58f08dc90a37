using AiPortal.Core.Gateway;
using AiPortal.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace AiPortal.Gateway;

/// <summary>Step 2: the body once, bounded, as pooled bytes; one pass finds what admission needs.</summary>
internal sealed class BodyReading(PortalSettings settings, BufferMemory memory)
{
    public async Task<GatewayRefusal?> ReadAsync(GatewayCall call)
    {
        var request = call.Context.Request;
        if (request.ContentLength > settings.MaxBodyBytes) return TooLarge();
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
            return GatewayFailures.Refuse(GatewayFailure.BodyNotJson, "a compressed body is not accepted.");
        // We count ourselves, to answer in the caller's dialect.
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        call.Body = new PooledBody(memory);
        try
        {
            if (!await call.Body.FillAsync(request.Body, settings.MaxBodyBytes, call.Context.RequestAborted))
                return call.Body.IsExhausted ? GatewayFailures.Refuse(GatewayFailure.Overloaded) : TooLarge();
        }
        catch (BadHttpRequestException fault)
        {
            return fault.StatusCode == StatusCodes.Status408RequestTimeout
                ? GatewayFailures.Refuse(GatewayFailure.BodyTooSlow)
                : GatewayFailures.Refuse(GatewayFailure.BodyNotJson, fault.Message);
        }

        if (!call.Operation.TryRead(call.Target, call.Bytes, out var scan, out var refusal)) return refusal;
        call.Scan = scan;
        call.Labels = CallLabels.Read(request.Headers, call.Scan, call.Key!.Tags);
        return null;
    }

    private GatewayRefusal TooLarge() => GatewayFailures.Refuse(GatewayFailure.BodyTooLarge, settings.MaxBodyBytes);
}
