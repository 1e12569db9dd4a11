/// What to run.
struct Options {
  /// What a unit holds.
  enum Kind: String {
    case lines, files
    /// How many lines or files one unit has; a unit is what a seed and a number make again.
    var unitSize: Int { self == .lines ? 50 : 20 }
  }

  static let usage = """
    usage: fuzz [--lines N] [--files N] [--seed N] [--jobs N]
           fuzz --kind lines|files --unit K [--seed N] [--echo]    one unit, in this process
    Random and mutated command lines and files, run in child processes. A signal, a hang, a failed
    command that changed the session or memory beyond the limit ends with exit status 1.
    """

  var seed: UInt64 = 1
  var lines = 2000
  var files = 400
  var jobs = 2
  var kind: Kind?
  var units = 0..<0
  /// Where a child writes what it is about to do.
  var statusPath: String?
  /// Where a child writes what it found.
  var findingsPath: String?
  var isEchoing = false

  /// Reads the arguments; nil when they cannot be read.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      if name == "--echo" {
        isEchoing = true
        continue
      }
      guard let text = rest.popFirst() else { return nil }
      switch (name, Int(text)) {
      case ("--kind", _):
        guard let kind = Kind(rawValue: text) else { return nil }
        self.kind = kind
      case ("--status", _): statusPath = text
      case ("--findings", _): findingsPath = text
      case ("--seed", let n?): seed = UInt64(bitPattern: Int64(n))
      case ("--lines", let n?) where n >= 0: lines = n
      case ("--files", let n?) where n >= 0: files = n
      case ("--jobs", let n?) where (1...64).contains(n): jobs = n
      case ("--unit", let n?) where (0..<Int.max).contains(n): units = n..<n + 1
      case ("--from", let n?) where n >= 0: units = n..<max(n, units.upperBound)
      case ("--until", let n?) where n >= units.lowerBound: units = units.lowerBound..<n
      default: return nil
      }
    }
  }
}
