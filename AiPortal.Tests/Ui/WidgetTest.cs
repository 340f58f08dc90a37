using System.Globalization;
using AiPortal.Core.Data;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace AiPortal.Tests.Ui;

/// <summary>A place to render widgets in one language, with a clock the test moves.</summary>
public abstract class WidgetTest : BunitContext
{
    protected WidgetTest()
    {
        Speak("en");
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddRadzenComponents();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton(Signals);
    }

    internal WidgetClock Clock { get; } = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    internal LiveSignals Signals { get; } = new();

    protected static void Speak(string culture) =>
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
}
