namespace AiPortal.Ui.Figures;

/// <summary>How an instant is shown.</summary>
public enum TimeMode
{
    Relative,
    DateTime,
    Date,
    Logged,
}
