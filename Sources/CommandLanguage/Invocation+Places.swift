/// Where parts of a command stand in its text, for carets.
extension Invocation {
  /// The value of an argument or option, or the part of it that reads `text`.
  ///
  /// - Parameters:
  ///   - name: The argument or option.
  ///   - text: An item of a list; the whole value when nil or when the text does not stand there,
  ///     as after the substitution of a variable.
  /// - Returns: Its bytes; nil when it was not given.
  public func place(of name: String, part text: String? = nil) -> Range<Int>? {
    guard let whole = ranges[name] else { return nil }
    guard let text, !text.isEmpty else { return whole }
    let separators: Set<UInt8> = Set("[], \t\n\"".utf8)
    var start = whole.lowerBound
    for at in whole.lowerBound...whole.upperBound
    where at == whole.upperBound || separators.contains(source.bytes[at]) {
      if source.text(start..<at) == text { return start..<at }
      start = at + 1
    }
    return whole
  }

  /// The file that the command was given as an argument or option; nil when it was given none.
  public var fileRange: Range<Int>? {
    (form.arguments + form.options).lazy.compactMap { parameter -> Range<Int>? in
      guard case .path = parameter.type else { return nil }
      return ranges[parameter.name]
    }.first
  }
}
