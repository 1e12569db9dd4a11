import CommandLanguage

/// What the command line of the process asks for.
struct LaunchOptions: Equatable {
  enum Mode: Equatable {
    /// A prompt, or a script on standard input when it is no terminal.
    case interactive
    /// A script.
    case script(String)
    /// A script on standard input.
    case standardInput
    /// Lines after `-c`.
    case lines(String)
    case help
    case version
  }

  var mode = Mode.interactive
  var variables: [(name: String, value: String)] = []
  var threads: String?
  var isJSON = false
  var recovers = false
  /// Whether recovery runs every command again, though `autosave` left a state.
  var runsAgain = false

  static let usage = """
    usage: dyad                            a prompt
           dyad FILE [name=value …]        run a script, stop at the first error
           dyad -                          run a script from standard input
           dyad -c 'LINE; LINE'            run lines; several -c one after another
           dyad replay FILE --verify       run a session again and check every fingerprint;
                                           --outputs: and every reply
           dyad export FILE -o OUT         write a session as OUT.md, OUT.html or OUT.ipynb

      --threads N    threads of the kernels; results do not depend on it
      --json         one JSON object per reply
      --recover      go on with the last session that ended without being saved,
                     in the folder that it ran in; --recover=again runs every command
                     again, where an autosave is less than all moments
      --help         this text; `help` at the prompt lists the commands
      --version      the version

    exit status: 0 ok, 1 a command failed, 2 a verification differed
    """

  /// Verbs that may stand in place of a script.
  private static let verbs = ["replay", "export"]

  /// Reads the arguments after the program's name.
  ///
  /// - Throws: `Diagnostic` for unknown options and arguments.
  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    var operands: [String] = []
    var verb: [String]?
    var endsOptions = false
    while let argument = rest.popFirst() {
      if argument == "--threads" || argument.hasPrefix("--threads=") {
        let value =
          argument.hasPrefix("--threads=") ? String(argument.dropFirst(10)) : rest.popFirst()
        guard let value else { throw Diagnostic("--threads needs a number", help: "--threads 2") }
        threads = value
      } else if argument == "--json" {
        isJSON = true
      } else if argument == "--recover" || argument.hasPrefix("--recover=") {
        guard ["--recover", "--recover=again"].contains(argument) else {
          throw Diagnostic(
            "expected --recover or --recover=again, got \(Diagnostic.quote(argument))")
        }
        recovers = true
        runsAgain = argument.hasSuffix("=again")
      } else if verb != nil {
        verb?.append(argument)
      } else if endsOptions {
        operands.append(argument)
      } else {
        switch argument {
        case "--": endsOptions = true
        case "--help", "-h": mode = .help
        case "--version": mode = .version
        case "-c":
          guard let lines = rest.popFirst() else {
            throw Diagnostic("-c needs lines to run", help: "dyad -c 'sys; help'")
          }
          if case .lines(let before) = mode {
            mode = .lines(before + "\n" + lines)
          } else {
            mode = .lines(lines)
          }
        case _ where LaunchOptions.verbs.contains(argument) && operands.isEmpty: verb = [argument]
        case _ where argument.hasPrefix("-") && argument != "-":
          let known = ["--threads", "--json", "--recover", "--help", "--version", "-c"]
          throw Diagnostic(
            "unknown option \(Diagnostic.quote(argument)), expected \(Diagnostic.alternatives(known))",
            help: EditDistance.nearest(to: argument, in: known) ?? "dyad --help")
        default: operands.append(argument)
        }
      }
    }
    if mode == .help || mode == .version { return }
    if recovers, !operands.isEmpty || verb != nil || mode != .interactive {
      throw Diagnostic("--recover goes on at a prompt, it takes no script")
    }
    if let verb {
      mode = .lines(try LaunchOptions.line(verb))
      return
    }
    try take(operands)
  }

  private mutating func take(_ operands: [String]) throws {
    var operands = operands[...]
    if mode == .interactive, let file = operands.popFirst() {
      mode = file == "-" ? .standardInput : .script(file)
    }
    for operand in operands {
      guard let equals = operand.firstIndex(of: "="), equals != operand.startIndex else {
        throw Diagnostic(
          "unexpected argument \(Diagnostic.quote(operand)), expected name=value")
      }
      let name = String(operand[..<equals])
      guard LaunchOptions.isName(name) else {
        throw Diagnostic("\(Diagnostic.quote(name)) is no name of a variable")
      }
      variables.append((name, String(operand[operand.index(after: equals)...])))
    }
  }

  /// A verb and its arguments as a line of the language; `-o FILE` stands for `-> FILE`, which a
  /// system's shell takes for `-` and a redirection.
  private static func line(_ verb: [String]) throws -> String {
    var words = [verb[0]]
    var output: [String] = []
    var rest = verb.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "-o" where verb[0] == "export", "->":
        guard let file = rest.popFirst() else {
          throw Diagnostic(
            "\(argument) needs a file", help: "dyad \(verb[0]) FILE -o FILE.html")
        }
        // It ends the line, wherever it stands among the arguments.
        output += ["->", Quoting.quotedIfNeeded(file)]
      case "-" where verb[0] == "export":
        throw Diagnostic(
          "expected '-o FILE', got '-': the system's shell takes '->' apart",
          help: "dyad export FILE -o FILE.html")
      default: words.append(word(argument))
      }
    }
    return (words + output).joined(separator: " ")
  }

  /// An argument of the process as a word of the language.
  private static func word(_ argument: String) -> String {
    if argument.hasPrefix("--") { return argument }
    guard let equals = argument.firstIndex(of: "="), isName(String(argument[..<equals])) else {
      return Quoting.quotedIfNeeded(argument)
    }
    let value = String(argument[argument.index(after: equals)...])
    return argument[...equals] + Quoting.quotedIfNeeded(value)
  }

  private static func isName(_ text: String) -> Bool {
    text.first?.isLetter == true || text.first == "_"
      ? text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == 0x5F || $0 == 0x2D
      } : false
  }

  static func == (a: LaunchOptions, b: LaunchOptions) -> Bool {
    a.mode == b.mode && a.threads == b.threads && a.isJSON == b.isJSON
      && a.variables.map(\.name) == b.variables.map(\.name)
      && a.variables.map(\.value) == b.variables.map(\.value)
  }
}
