using AiPortal.Core.Providers;
using AiPortal.Core.Tenancy;

namespace AiPortal.Core.Demo;

internal sealed record PlannedTeam(string Name, string Department, string Zone = DemoPlan.Zone);

internal sealed record PlannedProject(string Name, string Team);

internal sealed record PlannedMember(string Name, string Email, Role Role, string Team);

internal sealed record PlannedAccount(string Name, string Kind, bool Enabled);

/// <summary>A key and the calls it makes; team and department follow from its project.</summary>
/// <param name="Name">For people.</param>
/// <param name="Project">By name, as all that follow.</param>
/// <param name="CostCenter">Its code.</param>
/// <param name="Environment">By name.</param>
/// <param name="Owner">The local part of a member's address.</param>
/// <param name="Daily">Calls on a working day when the company is fully there.</param>
/// <param name="Workload">What the calls are like.</param>
internal sealed record PlannedKey(string Name, string Project, string CostCenter, string Environment, string Owner, double Daily, DemoWorkload Workload);

/// <summary>The made-up company: a maker of robots with an office in Berlin and one in Suzhou.</summary>
internal static class DemoPlan
{
    public const string Organization = "Northwind Robotics (demo)";
    public const string Zone = "Europe/Berlin";
    public const string MailDomain = "northwind.example";

    /// <summary>Its one big night: the batch over the whole archive.</summary>
    public const string SpikeKey = "Manual archive batch";

    private const string Suzhou = "Asia/Shanghai";

    public static IReadOnlyList<string> Departments { get; } = ["Engineering", "Customer Operations", "Business", "Suzhou Site 苏州"];

    public static IReadOnlyList<PlannedTeam> Teams { get; } =
    [
        new("Perception", "Engineering"), new("Motion Control", "Engineering"), new("Cloud Platform", "Engineering"),
        new("Support", "Customer Operations"), new("Field Service", "Customer Operations"),
        new("Marketing", "Business"), new("Finance & Legal", "Business"), new("Assembly Line 装配线", "Suzhou Site 苏州", Suzhou),
    ];

    public static IReadOnlyList<PlannedProject> Projects { get; } =
    [
        new("Grasp planner", "Perception"), new("Scene labelling", "Perception"), new("Trajectory review", "Motion Control"),
        new("Fleet telemetry", "Cloud Platform"), new("Developer tools", "Cloud Platform"), new("Help desk assistant", "Support"),
        new("Ticket triage", "Support"), new("Service manuals", "Field Service"), new("Website copy", "Marketing"),
        new("Contract reading", "Finance & Legal"), new("质检报告 Quality reports", "Assembly Line 装配线"), new("产线问答 Line Q&A", "Assembly Line 装配线"),
    ];

    public static IReadOnlyList<(string Name, string Code)> CostCenters { get; } =
        [("Research", "4100"), ("Platform operations", "4200"), ("Customer care", "5100"), ("Sales and marketing", "6100"), ("苏州工厂 Suzhou plant", "7300")];

    public static IReadOnlyList<string> Environments { get; } = ["Production", "Test", "Development"];

    public static IReadOnlyList<PlannedAccount> Accounts { get; } =
    [
        new("Sandbox", ProviderKinds.Sandbox, true), new("OpenAI (demo history)", "openai", false), new("Anthropic (demo history)", "anthropic", false),
        new("DeepSeek (demo history)", "deepseek", false), new("DashScope (demo history)", "dashscope", false),
    ];

    public static IReadOnlyList<PlannedMember> Members { get; } =
    [
        new("Katharina Vogel", "katharina.vogel", Role.Administrator, "Cloud Platform"), new("Lena Hartmann", "lena.hartmann", Role.Manager, "Perception"),
        new("Jonas Weber", "jonas.weber", Role.Member, "Perception"), new("Priya Raman", "priya.raman", Role.Member, "Perception"),
        new("Tomás Ortega", "tomas.ortega", Role.Manager, "Motion Control"), new("Emma Lindqvist", "emma.lindqvist", Role.Member, "Motion Control"),
        new("David Okafor", "david.okafor", Role.Manager, "Cloud Platform"), new("Sofia Rossi", "sofia.rossi", Role.Member, "Cloud Platform"),
        new("Michał Nowak", "michal.nowak", Role.Member, "Cloud Platform"), new("Hannah Schulz", "hannah.schulz", Role.Manager, "Support"),
        new("Omar Haddad", "omar.haddad", Role.Member, "Support"), new("Grace Kim", "grace.kim", Role.Member, "Field Service"),
        new("Pieter de Vries", "pieter.devries", Role.Member, "Field Service"), new("Chloé Martin", "chloe.martin", Role.Member, "Marketing"),
        new("Stefan Brandt", "stefan.brandt", Role.Finance, "Finance & Legal"), new("Ingrid Solberg", "ingrid.solberg", Role.Auditor, "Finance & Legal"),
        new("王伟", "wang.wei", Role.Manager, "Assembly Line 装配线"), new("李娜", "li.na", Role.Member, "Assembly Line 装配线"),
        new("陈思远", "chen.siyuan", Role.Member, "Assembly Line 装配线"), new("赵敏", "zhao.min", Role.Member, "Assembly Line 装配线"),
    ];

    public static IReadOnlyList<PlannedKey> Keys { get; } =
    [
        new("Grasp planner service", "Grasp planner", "4100", "Production", "lena.hartmann", 26, DemoWorkload.Reasoning),
        new("Grasp planner tests", "Grasp planner", "4100", "Test", "jonas.weber", 10, DemoWorkload.Sandbox),
        new("Scene labelling pipeline", "Scene labelling", "4100", "Production", "priya.raman", 34, DemoWorkload.Batch),
        new("Scene labelling notebook", "Scene labelling", "4100", "Development", "jonas.weber", 6, DemoWorkload.Assistant),
        new("Trajectory reviewer", "Trajectory review", "4100", "Production", "tomas.ortega", 14, DemoWorkload.Reasoning),
        new("Emma's coding agent", "Trajectory review", "4100", "Development", "emma.lindqvist", 16, DemoWorkload.Coding),
        new("Telemetry summaries", "Fleet telemetry", "4200", "Production", "david.okafor", 30, DemoWorkload.Batch),
        new("Telemetry alerts", "Fleet telemetry", "4200", "Production", "sofia.rossi", 22, DemoWorkload.Service),
        new("Telemetry load test", "Fleet telemetry", "4200", "Test", "sofia.rossi", 8, DemoWorkload.Sandbox),
        new("Sofia's coding agent", "Developer tools", "4200", "Development", "sofia.rossi", 22, DemoWorkload.Coding),
        new("Michał's coding agent", "Developer tools", "4200", "Development", "michal.nowak", 24, DemoWorkload.Coding),
        new("Code review bot", "Developer tools", "4200", "Production", "david.okafor", 18, DemoWorkload.Coding),
        new("Help desk, web", "Help desk assistant", "5100", "Production", "hannah.schulz", 48, DemoWorkload.Service),
        new("Help desk, phone notes", "Help desk assistant", "5100", "Production", "omar.haddad", 20, DemoWorkload.Service),
        new("Help desk staging", "Help desk assistant", "5100", "Test", "omar.haddad", 6, DemoWorkload.Sandbox),
        new("Ticket triage worker", "Ticket triage", "5100", "Production", "hannah.schulz", 36, DemoWorkload.Service),
        new(SpikeKey, "Service manuals", "5100", "Production", "grace.kim", 12, DemoWorkload.Batch),
        new("Manual search", "Service manuals", "5100", "Production", "pieter.devries", 14, DemoWorkload.Assistant),
        new("Newsletter drafts", "Website copy", "6100", "Production", "chloe.martin", 9, DemoWorkload.Assistant),
        new("Website translation", "Website copy", "6100", "Production", "chloe.martin", 7, DemoWorkload.Assistant),
        new("Contract reader", "Contract reading", "6100", "Production", "stefan.brandt", 8, DemoWorkload.Reasoning),
        new("质检报告生成", "质检报告 Quality reports", "7300", "Production", "wang.wei", 28, DemoWorkload.Plant),
        new("质检报告测试", "质检报告 Quality reports", "7300", "Test", "li.na", 5, DemoWorkload.Sandbox),
        new("产线问答机器人", "产线问答 Line Q&A", "7300", "Production", "chen.siyuan", 32, DemoWorkload.Plant),
        new("赵敏 编码助手", "产线问答 Line Q&A", "7300", "Development", "zhao.min", 12, DemoWorkload.Coding),
    ];
}
