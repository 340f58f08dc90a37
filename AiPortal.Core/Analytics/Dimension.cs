namespace AiPortal.Core.Analytics;

/// <summary>What spend can be broken down by.</summary>
public enum Dimension { Department, Team, Project, CostCenter, Environment, User, Key, Provider, Model, RequestType, CostType }
