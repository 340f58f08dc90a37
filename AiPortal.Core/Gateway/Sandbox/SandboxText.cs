using System.Text;

namespace AiPortal.Core.Gateway.Sandbox;

/// <summary>The sandbox's words: it says first what it is, then goes on for as long as a short answer would.</summary>
internal static class SandboxText
{
    private const int ChinesePieceLength = 2;
    private const string Notice = "This is the portal's sandbox: no AI model was called and nothing is charged. ";
    private const string ChineseNotice = "这是门户的沙盒:没有调用任何 AI 模型,也不会产生费用。";

    private static readonly string[] Sentences =
    [
        "A real provider would answer your question here. ",
        "The request was read, counted and recorded just as any other call is. ",
        "Its tokens and its price appear in the call log within a second or two. ",
        "The first point to settle is what the result will be used for. ",
        "A short summary usually helps more than a long list. ",
        "Three options are worth comparing before a decision is made. ",
        "The second option costs a little more and saves most of the time. ",
        "It is safest to begin with a small group and to measure the outcome. ",
        "The figures of the last quarter point in the same direction. ",
        "If the input changes, the conclusion should be checked again. ",
        "Connect a provider under Providers to replace these sentences with real answers. ",
    ];

    private static readonly string[] ChineseSentences =
    [
        "真正的供应商会在这里回答您的问题。",
        "这次请求与其他调用一样被读取、计量并入账。",
        "一两秒之内,用量和价格就会出现在调用日志中。",
        "首先需要明确结果的用途。",
        "简短的总结通常比长长的清单更有帮助。",
        "做决定之前,值得比较三个方案。",
        "第二个方案费用略高,但能节省大部分时间。",
        "最稳妥的做法是先在小范围内试行并衡量效果。",
        "上个季度的数据也指向同一个方向。",
        "在“供应商”页面接入真实的供应商,即可得到真正的回答。",
    ];

    /// <summary>The answer in the pieces it streams in.</summary>
    /// <param name="tokens">The most it may take by <see cref="TokenEstimate"/>.</param>
    /// <param name="complete">False when the bound cut it short.</param>
    public static List<string> Pieces(ref SandboxDice dice, bool chinese, long tokens, out bool complete)
    {
        var sentences = chinese ? ChineseSentences : Sentences;
        var text = new StringBuilder(chinese ? ChineseNotice : Notice);
        for (var count = dice.Next(3, 9); count > 0; count--) text.Append(sentences[dice.Next(0, sentences.Length - 1)]);

        var pieces = new List<string>();
        var tally = new TextTally();
        complete = true;
        foreach (var piece in Split(text.ToString().TrimEnd(), chinese))
        {
            tally.AddUtf8(Encoding.UTF8.GetBytes(piece));
            complete = TokenEstimate.Of(tally) <= tokens;
            if (!complete) break;
            pieces.Add(piece);
        }

        return pieces;
    }

    private static IEnumerable<string> Split(string text, bool chinese)
    {
        for (var start = 0; start < text.Length;)
        {
            var space = text.IndexOf(' ', start);
            var end = chinese ? start + ChinesePieceLength : space < 0 ? text.Length : space + 1;
            end = Math.Min(end, text.Length);
            yield return text[start..end];
            start = end;
        }
    }
}
