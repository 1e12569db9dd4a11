/// (line, cursor) → candidates, from the same declarations that parse the line.
public struct Completer {
  private let registry: Registry
  private let source: any CompletionSource

  /// Creates a completer.
  public init(registry: Registry, source: any CompletionSource) {
    self.registry = registry
    self.source = source
  }

  /// Returns the candidates for the word at a cursor.
  ///
  /// - Parameters:
  ///   - line: The line, or the whole entry when it has several.
  ///   - cursor: Bytes before the cursor; the end of the line when nil.
  /// - Returns: What the word is replaced by, in the order of the declarations.
  public func complete(_ line: String, cursor: Int? = nil) -> Completion {
    let bytes = Array(line.utf8)
    let cursor = min(max(cursor ?? bytes.count, 0), bytes.count)
    let text = SourceText(String(decoding: bytes[..<cursor], as: UTF8.self))
    let nothing = Completion(range: cursor..<cursor, candidates: [])
    if let variable = variable(before: cursor, in: bytes) { return variable }
    guard text.bytes.count == cursor, let lexed = try? Lexer.prefixTokens(of: text) else {
      return nothing
    }
    let separators: [Token.Kind] = [.semicolon, .newline, .openBrace, .closeBrace]
    let start = lexed.tokens.lastIndex { separators.contains($0.kind) }.map { $0 + 1 } ?? 0
    var words = Array(lexed.tokens[start...])
    if words.last?.kind == .comment { return nothing }
    var partial = cursor..<cursor
    if let last = words.last, last.range.upperBound == cursor, last.kind == .word {
      partial = last.range
      words.removeLast()
    }
    // What follows a prefix is a command like any other.
    while let first = words.first, Instruction.prefixNames.contains(text.text(first.range)) {
      words.removeFirst()
    }
    let request = Request(text: text, before: words, partial: partial)
    var (range, found) = candidates(for: request)
    if words.isEmpty, Self.mayBeElse(lexed.tokens[..<start], text) {
      found += matching(["else"], request.partialText)
    }
    return Completion(range: range, candidates: found)
  }

  /// Whether some tokens end in the block of an `if`.
  private static func mayBeElse(_ tokens: ArraySlice<Token>, _ text: SourceText) -> Bool {
    guard tokens.last?.kind == .closeBrace else { return false }
    var depth = 0
    var at = tokens.endIndex
    repeat {
      at -= 1
      if tokens[at].kind == .closeBrace { depth += 1 }
      if tokens[at].kind == .openBrace { depth -= 1 }
    } while depth > 0 && at > tokens.startIndex
    let separators: [Token.Kind] = [.semicolon, .newline, .openBrace, .closeBrace]
    let first = tokens[..<at].lastIndex { separators.contains($0.kind) }.map { $0 + 1 }
    let command = tokens[(first ?? tokens.startIndex)..<at]
    return command.contains { $0.kind == .word && text.text($0.range) == "if" }
  }

  /// `$name` and `${name` where the cursor stands: in any command, expression or string.
  private func variable(before cursor: Int, in bytes: [UInt8]) -> Completion? {
    let isPart = { (byte: UInt8) in
      ExpressionParser.isNameStart(byte) || ExpressionParser.isDigit(byte)
        || byte == UInt8(ascii: "-")
    }
    let start = (bytes[..<cursor].lastIndex { !isPart($0) } ?? -1) + 1
    let before = String(decoding: bytes[max(0, start - 3)..<start], as: UTF8.self)
    let opening = before.hasSuffix("${") ? "${" : before.hasSuffix("$") ? "$" : ""
    if opening.isEmpty || before.dropLast(opening.count).hasSuffix("\\") { return nil }
    let typed = String(decoding: bytes[start..<cursor], as: UTF8.self)
    let isBraced = opening.count == 2
    return Completion(
      range: start - opening.utf8.count..<cursor,
      candidates: source.names(of: .variables).filter { $0.hasPrefix(typed) }.map {
        Candidate(opening + $0 + (isBraced ? "}" : ""), endsWord: !isBraced)
      })
  }

  private struct Request {
    let text: SourceText
    let before: [Token]
    let partial: Range<Int>

    func word(_ index: Int) -> String { text.text(before[index].range) }
    var partialText: String { text.text(partial) }
  }

  private func candidates(for request: Request) -> (Range<Int>, [Candidate]) {
    let partial = request.partialText
    guard !request.before.isEmpty else {
      let names =
        registry.names + Instruction.keywords + Instruction.prefixNames
        + source.names(of: .definitions)
      return (request.partial, matching(names.sorted(), partial))
    }
    if request.word(0) == "if" { return values(.expression, request.partial, request, []) }
    guard let spec = resolve(request.word(0), registry.names).flatMap({ registry[$0] }) else {
      return (request.partial, [])
    }
    var form = spec.plain
    var first = 1
    let subcommands = spec.subcommands.map(\.name)
    if request.before.count > 1, request.before[1].kind == .word,
      let name = resolve(request.word(1), spec.plain == nil ? subcommands : [])
        ?? subcommands.first(
          where: { $0 == request.word(1) })
    {
      form = spec.subcommands.first { $0.name == name }
      first = 2
    }
    var found = request.before.count == 1 ? matching(subcommands, partial) : []
    guard let form else { return (request.partial, found) }
    if request.before.last?.kind == .pipe {
      return (request.partial, form.givesTable ? matching(TableFilter.names, partial) : [])
    }
    if request.before.last?.kind == .arrow {
      guard let output = form.output else { return (request.partial, []) }
      return values(.path(output.extensions), request.partial, request, [])
    }
    return rest(of: form, spec: spec, first: first, request, &found)
  }

  /// Positional arguments, keys and switches of a form.
  private func rest(
    of form: CommandForm, spec: CommandSpec, first: Int, _ request: Request,
    _ found: inout [Candidate]
  ) -> (Range<Int>, [Candidate]) {
    let partial = request.partialText
    var positionals: [String] = []
    var given: Set<String> = []
    for index in first..<max(first, request.before.count) {
      let word = request.word(index)
      if let key = KeySplitter.key(of: word) {
        given.insert(resolve(key, form.options.map(\.name)) ?? key)
      } else if word.hasPrefix("--") {
        given.insert(String(word.dropFirst(2)))
      } else {
        positionals.append(word)
      }
    }
    let options = options(of: form, positionals.first)
    if let key = KeySplitter.key(of: partial) {
      guard let name = resolve(key, options.map(\.name)),
        let parameter = options.first(where: { $0.name == name })
      else { return (request.partial, []) }
      let start = request.partial.lowerBound + key.utf8.count + 1
      let extra = parameter.acceptsAuto ? ["auto"] : []
      return values(parameter.type, start..<request.partial.upperBound, request, positionals, extra)
    }
    if partial.hasPrefix("--") {
      let names = form.switches.map(\.name).filter { !given.contains($0) }.map { "--" + $0 }
      return (request.partial, matching(names, partial))
    }
    let takesExpression = form.arguments.firstIndex { $0.type.isExpression }
    var index = positionals.count
    if let takesExpression, index > takesExpression { index = takesExpression }
    var range = request.partial
    var isRequired = false
    if index < form.arguments.count, !(form.isAssignment && index == 0),
      isOpen(form.arguments[index], in: form, positionals.first)
    {
      let parameter = form.arguments[index]
      let (place, names) = values(parameter.type, request.partial, request, positionals)
      if place != range, !names.isEmpty { return (place, names) }
      range = place
      found += names
      isRequired = parameter.isRequired && positionals.count <= index
    }
    // After a condition that may be whole comes what to do then.
    if form.takesBody, let last = positionals.last?.utf8.last,
      ReferenceParser.isNameByte(last) || ")]".utf8.contains(last)
    {
      found += matching(["then"], partial)
    }
    if !isRequired, range == request.partial {
      let keys = options.map(\.name).filter { !given.contains($0) && $0.hasPrefix(partial) }
      found += keys.map { Candidate($0 + "=", endsWord: false) }
      if partial.isEmpty {
        found += form.switches.filter { !given.contains($0.name) }.map { Candidate("--" + $0.name) }
      }
    }
    return (range, found)
  }

  /// The options that the chosen value of the form's first argument has.
  private func options(of form: CommandForm, _ first: String?) -> [Parameter] {
    form.options.filter { isOpen($0, in: form, first) }
  }

  /// Whether the chosen value of the form's first argument, if any, has a parameter.
  private func isOpen(_ parameter: Parameter, in form: CommandForm, _ first: String?) -> Bool {
    guard let first, let choice = resolve(first, form.choices) else { return true }
    return parameter.belongs(to: choice)
  }

  /// Candidates for a value's text, which may be a list of which the last item is being typed.
  private func values(
    _ type: ValueType, _ range: Range<Int>, _ request: Request, _ positionals: [String],
    _ extra: [String] = []
  ) -> (Range<Int>, [Candidate]) {
    let text = request.text.text(range)
    switch type {
    case .choice(let names): return (range, matching(names + extra, text))
    case .onOff: return (range, matching(["on", "off"] + extra, text))
    case .word(.subcommands):
      let verb = positionals.first.flatMap { registry[$0] }
      return (range, matching(verb?.subcommands.map(\.name) ?? [], text))
    case .word(.topics):
      let words =
        registry.names + source.names(of: .topics) + Instruction.keywords
        + Instruction.prefixNames + source.names(of: .definitions)
      return (range, matching(words, text))
    case .word(.verbs): return (range, matching(registry.names, text))
    case .word(let kind?): return (range, dotted(source.names(of: kind) + extra, text))
    case .path(let extensions):
      return (range, FileCompleter(source: source, extensions: extensions).candidates(for: text))
    case .list(let element, _):
      let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: " ")]
      let start = request.text.bytes[range].lastIndex { separators.contains($0) }.map { $0 + 1 }
      let (place, items) = values(
        element, (start ?? range.lowerBound)..<range.upperBound, request, positionals, extra)
      return (place, items.map { Candidate($0.text, display: $0.display, endsWord: false) })
    case .time: return (range, moments(text))
    case .expression, .tensor:
      let place = Self.lastName(request.text, range)
      let part = request.text.text(place)
      let metrics = type == .tensor ? [] : matching(source.names(of: .quantities), part)
      let functions =
        part.isEmpty
        ? []
        : matching(ExpressionFunction.allCases.map(\.rawValue), part).map {
          Candidate($0.text + "(", endsWord: false)
        }
      return (place, metrics + reference(part) + functions)
    default: return (range, matching(extra, text))
    }
  }

  /// The name that an expression ends with: letters, digits and what a reference has besides.
  private static func lastName(_ text: SourceText, _ range: Range<Int>) -> Range<Int> {
    let start = text.bytes[range].lastIndex {
      !ReferenceParser.isNameByte($0) && !":@/[".utf8.contains($0)
    }
    return (start.map { $0 + 1 } ?? range.lowerBound)..<range.upperBound
  }

  private func reference(_ text: String) -> [Candidate] {
    if text.contains("[") { return [] }
    if let at = text.firstIndex(of: "@") {
      return moments(String(text[at...])).map {
        Candidate(text[..<at] + $0.text, display: $0.display)
      }
    }
    guard let colon = text.firstIndex(of: ":") else {
      let known = source.names(of: .references)
      return matching(known.isEmpty ? Reference.prefixes : known, text).map {
        Candidate($0.text, endsWord: !$0.text.hasSuffix(":"))
      }
    }
    let prefix = String(text[...colon])
    let kind: DynamicKind = prefix == "a:" ? .layers : prefix == "w:" ? .tensors : .parameters
    return dotted(source.names(of: kind).map { prefix + $0 }, text)
  }

  /// Moments, with or without their `@`.
  private func moments(_ text: String) -> [Candidate] {
    // Moments of other branches are offered once their branch is typed, with its slash.
    let names = source.names(of: .moments).filter { text.contains("/") || !$0.contains("/") }
    return matching(names, text.isEmpty || text.hasPrefix("@") ? text : "@" + text)
  }

  private func matching(_ names: [String], _ text: String) -> [Candidate] {
    names.filter { $0.hasPrefix(text) }.map { Candidate($0) }
  }

  /// Dotted names one component at a time, so that a list of 60 layers stays readable.
  private func dotted(_ names: [String], _ text: String) -> [Candidate] {
    let matches = names.filter { $0.hasPrefix(text) }
    if matches.count <= 12 { return matches.map { Candidate($0) } }
    var seen: Set<String> = []
    var result: [Candidate] = []
    for name in matches {
      let rest = name.dropFirst(text.count)
      let cut = rest.firstIndex(of: ".").map { text + rest[...$0] }
      let short = cut ?? name
      if seen.insert(short).inserted { result.append(Candidate(short, endsWord: cut == nil)) }
    }
    return result
  }

  private func resolve(_ text: String, _ names: [String]) -> String? {
    if names.contains(text) { return text }
    let completions = names.filter { $0.hasPrefix(text) }
    return completions.count == 1 && !text.isEmpty ? completions[0] : nil
  }
}
