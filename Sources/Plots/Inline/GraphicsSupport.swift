/// Which protocol for pictures a terminal has, by what it says.
public enum GraphicsSupport {
  /// What to ask: a query of kitty's protocol, the terminal's name, and its attributes, which
  /// every terminal tells and which so end the replies.
  public static let question =
    "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\" + "\u{1b}[>0q" + "\u{1b}[c"

  /// Whether a terminal of this kind can be asked; some show what they do not understand.
  public static func canAsk(_ environment: [String: String]) -> Bool {
    let kind = environment["TERM"] ?? ""
    return !kind.isEmpty && !["dumb", "linux", "cons25", "emacs", "unknown"].contains(kind)
      && !kind.hasPrefix("vt") && !kind.hasPrefix("eterm")
  }

  /// The protocol that replies and environment name, the best one first; nil for none.
  public static func form(reply: String, environment: [String: String]) -> InlineFigure.Form? {
    if reply.contains("\u{1b}_Gi=31;OK\u{1b}\\") { return .kitty }
    if isITerm(name(in: reply), environment) { return .iterm }
    return attributes(in: reply).contains("4") ? .sixel : nil
  }

  /// A multiplexer passes the environment of the terminal around it on, but not its pictures.
  private static func isITerm(_ name: Substring, _ environment: [String: String]) -> Bool {
    if name.hasPrefix("iTerm2") || name.hasPrefix("WezTerm") { return true }
    let kind = environment["TERM"] ?? ""
    let isMultiplexed =
      ["TMUX", "STY"].contains { environment[$0]?.isEmpty == false }
      || kind.hasPrefix("tmux") || kind.hasPrefix("screen") || name.hasPrefix("tmux")
    if isMultiplexed { return false }
    return ["iTerm.app", "WezTerm"].contains(environment["TERM_PROGRAM"] ?? "")
      || environment["LC_TERMINAL"] == "iTerm2"
  }

  private static func name(in reply: String) -> Substring {
    text(in: reply, between: "\u{1b}P>|", and: "\u{1b}\\")
  }

  private static func attributes(in reply: String) -> [Substring] {
    text(in: reply, between: "\u{1b}[?", and: "c").split(separator: ";")
  }

  private static func text(in reply: String, between start: String, and end: String) -> Substring {
    guard let begin = reply.firstRange(of: start)?.upperBound,
      let stop = reply[begin...].firstRange(of: end)?.lowerBound
    else { return "" }
    return reply[begin..<stop]
  }
}
