namespace AiPortal.Ui.Figures;

/// <summary>What a state means to the reader. Never told by colour alone: an icon and a word stand with it.</summary>
public enum Meaning
{
    Neutral,
    Good,
    Notice,
    Warning,
    Stop,
}
