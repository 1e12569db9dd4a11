/// The header of a .npy file: a Python dictionary with three keys.
struct NPYHeader {
  var descr = ""
  var isFortran = false
  var shape: [Int] = []

  /// Reads a header such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  ///
  /// Throws: `FileError` when it has another form.
  init(_ text: String, source: String) throws {
    var scanner = Scanner(rest: Substring(text), source: source)
    var seen: Set<String> = []
    try scanner.expect("{")
    while !scanner.take("}") {
      let key = try scanner.quoted()
      guard seen.insert(key).inserted else {
        throw FileError("\(source): duplicate key '\(key)' in the npy header")
      }
      try scanner.expect(":")
      switch key {
      case "descr": descr = try scanner.typeName()
      case "fortran_order": isFortran = try scanner.truth()
      case "shape": shape = try scanner.tuple()
      default: throw FileError("\(source): unknown key '\(key)' in the npy header")
      }
      if !scanner.take(",") {
        try scanner.expect("}")
        break
      }
    }
    guard seen.count == 3 else {
      throw FileError("\(source): expected descr, fortran_order and shape in the npy header")
    }
  }

  private struct Scanner {
    var rest: Substring
    let source: String

    mutating func skipSpace() {
      rest = rest.drop { $0 == " " || $0 == "\n" }
    }

    mutating func take(_ token: String) -> Bool {
      skipSpace()
      guard rest.hasPrefix(token) else { return false }
      rest = rest.dropFirst(token.count)
      return true
    }

    func fault(_ expected: String) -> FileError {
      FileError(
        "\(source): expected \(expected) in the npy header, found '\(rest.prefix(12))'")
    }

    mutating func expect(_ token: String) throws {
      guard take(token) else { throw fault("'\(token)'") }
    }

    mutating func quoted() throws -> String {
      skipSpace()
      guard let quote = rest.first, quote == "'" || quote == "\"" else { throw fault("a quote") }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { throw fault("a closing quote") }
      defer { rest = rest[end...].dropFirst() }
      return String(rest[..<end])
    }

    mutating func typeName() throws -> String {
      skipSpace()
      if rest.first == "[" {
        throw FileError("\(source): expected a plain element type, found a structured one")
      }
      return try quoted()
    }

    mutating func truth() throws -> Bool {
      if take("True") { return true }
      try expect("False")
      return false
    }

    mutating func tuple() throws -> [Int] {
      try expect("(")
      var extents: [Int] = []
      while !take(")") {
        skipSpace()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let extent = Int(digits), extents.count < 64 else { throw fault("an extent") }
        rest = rest.dropFirst(digits.count)
        extents.append(extent)
        if !take(",") {
          try expect(")")
          break
        }
      }
      return extents
    }
  }
}
