// What admission by budget costs a call while its node's lease lasts.
//   dotnet run --project benchmarks/Admission -c Release
using AiPortal.Benchmarks.Admission;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

BenchmarkRunner.Run<HoldBenchmark>(DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "aiportal-benchmarks")));
