/// Text → `Reference`.
enum ReferenceParser {
  /// Parses a reference; ranges of errors are byte offsets in the text.
  static func parse(_ text: String) throws -> Reference {
    let bytes = Array(text.utf8)
    let end = bytes.firstIndex(of: UInt8(ascii: "[")) ?? bytes.count
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    let at = head.utf8.firstIndex(of: UInt8(ascii: "@")) ?? head.endIndex
    var time: TimePoint?
    if at != head.endIndex {
      time = TimePoint(String(head[at...]))
      if time == nil {
        let offset = head.utf8.distance(from: head.startIndex, to: at)
        throw Diagnostic(
          "expected \(TimePoint.expected), got \(Diagnostic.quote(String(head[at...])))",
          at: offset..<end)
      }
    }
    let (base, name) = try self.base(String(head[..<at]))
    guard end < bytes.count else { return Reference(base: base, name: name, time: time) }
    guard bytes.last == UInt8(ascii: "]") else {
      throw Diagnostic(
        "expected '[…]' at the end of a reference, got \(Diagnostic.quote(text))",
        at: end..<bytes.count)
    }
    return Reference(
      base: base, name: name, time: time, slices: try slices(bytes, end + 1..<bytes.count - 1))
  }

  private static func base(_ head: String) throws -> (Reference.Base, String?) {
    let whole = 0..<head.utf8.count
    let plain = Reference.Base.allCases.filter { !$0.takesName }
    if let base = plain.first(where: { $0.rawValue == head }) { return (base, nil) }
    let parts = head.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let named = Reference.Base.allCases.filter(\.takesName)
    guard parts.count == 2, let base = named.first(where: { $0.rawValue == parts[0] }) else {
      let isDotted = head.contains(".")
      throw Diagnostic(
        "unknown reference \(Diagnostic.quote(head)), expected "
          + Diagnostic.alternatives(
            plain.map(\.rawValue) + ["w:NAME", "g:NAME", "m:NAME", "a:LAYER"]),
        at: whole,
        help: isDotted && parts.count == 1
          ? "w:" + head : EditDistance.nearest(to: head, in: plain.map(\.rawValue)))
    }
    let name = String(parts[1])
    guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
      throw Diagnostic(
        name.isEmpty
          ? "expected a name after '\(base.rawValue):'"
          : "a layer or parameter name has letters, digits, '.', '_' and '-', got "
            + Diagnostic.quote(name), at: whole)
    }
    return (base, name)
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch Character(Unicode.Scalar(byte)) {
    case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": byte < 0x80
    default: false
    }
  }

  /// The bytes of each position between the brackets at `range`, without spaces around them.
  static func slicePlaces(_ bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
    guard range.count > 2 else { return [] }
    let end = range.upperBound - 1
    var places: [Range<Int>] = []
    var start = range.lowerBound + 1
    for at in start...end where at == end || bytes[at] == UInt8(ascii: ",") {
      var place = start..<at
      while let first = place.first, bytes[first] <= 0x20 { place = first + 1..<place.upperBound }
      while let last = place.last, bytes[last] <= 0x20 { place = place.lowerBound..<last }
      places.append(place.isEmpty ? range : place)
      start = at + 1
    }
    return places
  }

  private static func slices(_ bytes: [UInt8], _ range: Range<Int>) throws -> [Reference.Slice] {
    var slices: [Reference.Slice] = []
    var start = range.lowerBound
    for at in range.lowerBound...range.upperBound
    where at == range.upperBound || bytes[at] == UInt8(ascii: ",") {
      slices.append(try slice(bytes, start..<at))
      start = at + 1
    }
    if slices.filter({ $0 == .ellipsis }).count > 1 {
      throw Diagnostic("a slice may have one '...', got more", at: range)
    }
    return slices
  }

  private static func slice(_ bytes: [UInt8], _ range: Range<Int>) throws -> Reference.Slice {
    let raw = String(decoding: bytes[range], as: UTF8.self)
    let text = raw.trimmingSpaces()
    let error = Diagnostic(
      "expected a slice like 3, -1, 0:8, ::2 or ..., got \(Diagnostic.quote(text))", at: range)
    if text == "..." { return .ellipsis }
    let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
      .map { String($0).trimmingSpaces() }
    var numbers: [Int?] = []
    for part in parts {
      if part.isEmpty {
        numbers.append(nil)
      } else if let number = Int(part) {
        numbers.append(number)
      } else {
        throw error
      }
    }
    switch numbers.count {
    case 1:
      guard let index = numbers[0] else { throw error }
      return .index(index)
    case 2, 3:
      let step = numbers.count == 3 ? numbers[2] ?? 1 : 1
      if step < 1 { throw Diagnostic("a slice's step must be at least 1, got \(step)", at: range) }
      return .range(start: numbers[0], stop: numbers[1], step: step)
    default: throw error
    }
  }
}

extension String {
  /// The text without spaces, tabs and line ends around it.
  func trimmingSpaces() -> String {
    var text = Substring(self)
    while let first = text.unicodeScalars.first, first.value <= 0x20 {
      text.unicodeScalars.removeFirst()
    }
    while let last = text.unicodeScalars.last, last.value <= 0x20 {
      text.unicodeScalars.removeLast()
    }
    return String(text)
  }
}
