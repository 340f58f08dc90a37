using AiPortal.Shell;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseShellAssets();
builder.Services.AddShell();

var app = builder.Build();
app.MapShell();
app.Run();
