import Files
import Testing

/// One reference case: hyper-parameters, tensors (stored or filled), scalars, tolerances.
public struct GoldenCase: Sendable, CustomTestStringConvertible {
  /// The case's name (`id` in the sets without names).
  public let name: String
  /// The family (`op` in the sets without families).
  public let family: String
  /// The whole entry of `cases.json`.
  public let entry: JSONValue
  /// The hyper-parameters.
  public let hyper: JSONValue
  /// Losses, metrics and statistics.
  public let scalars: JSONValue
  /// The recommended limits.
  public let tolerance: JSONValue
  /// The case whose file holds the tensors that this one's lacks.
  public let inherits: String?

  private let folder: String
  private let files: GoldenFiles
  private let fileNames: [String]

  /// The case's name.
  public var testDescription: String { name }

  init(_ entry: JSONValue, folder: String, files: GoldenFiles, all: [JSONValue]) throws {
    guard let name = entry["name"]?.string ?? entry["id"]?.string else {
      throw FileError("'\(folder)/cases.json': expected every case to have a name")
    }
    self.name = name
    self.entry = entry
    self.folder = folder
    self.files = files
    family = entry["family"]?.string ?? entry["op"]?.string ?? ""
    hyper = entry["hyper"] ?? .null
    scalars = entry["scalars"] ?? .null
    tolerance = entry["tolerance"] ?? .null
    inherits = entry["inherits"]?.string
    var names = [entry["file"]?.string]
    if let inherits = entry["inherits"]?.string {
      names.append(all.first { $0["name"]?.string == inherits }?["file"]?.string)
    }
    fileNames = names.compactMap { $0 }
  }

  /// Returns the entries of `tensors` with a role, or all of them.
  public func tensorEntries(role: String? = nil) -> [JSONValue] {
    (entry["tensors"]?.array ?? []).filter { role == nil || $0["role"]?.string == role }
  }

  /// Returns the names of all tensors, those of the inherited file last.
  public func tensorNames(prefix: String = "") throws -> [String] {
    var names = tensorEntries().compactMap { $0["name"]?.string }
    for file in fileNames {
      names += try open(file).names
    }
    var seen: Set<String> = []
    return names.filter { $0.hasPrefix(prefix) && seen.insert($0).inserted }
  }

  /// Returns whether the case has a tensor of this name, stored, filled or inherited.
  public func has(_ tensor: String) -> Bool {
    tensorEntries().contains { $0["name"]?.string == tensor }
      || fileNames.contains { (try? open($0).contains(tensor)) == true }
  }

  private func open(_ file: String) throws -> SafetensorsFile {
    try files.file(PathText.join(folder, file))
  }

  private func stored(_ tensor: String) throws -> SafetensorsFile? {
    for file in fileNames {
      let opened = try open(file)
      if opened.contains(tensor) { return opened }
    }
    return nil
  }

  private func listed(_ tensor: String) throws -> JSONValue {
    guard let found = tensorEntries().first(where: { $0["name"]?.string == tensor }) else {
      throw FileError("case '\(name)': expected a tensor '\(tensor)', found none")
    }
    return found
  }

  /// Returns a tensor's shape.
  public func shape(_ tensor: String) throws -> [Int] {
    if let file = try stored(tensor) { return try file.entry(tensor).shape }
    guard let shape = try listed(tensor)["shape"]?.ints else {
      throw FileError("case '\(name)', tensor '\(tensor)': expected a shape")
    }
    return shape
  }

  /// Returns a tensor's elements as Float32, from the file or made by its fill.
  public func floats(_ tensor: String) throws -> [Float] {
    if let file = try stored(tensor) { return try file.floats(tensor) }
    let fill = try listed(tensor)["fill"]
    // The constant kinds have neither a name nor a seed.
    guard let kind = fill?["kind"]?.string,
      let count = ElementType.elementCount(try shape(tensor)),
      let values = GoldenFill.floats(
        kind: kind, name: fill?["name"]?.string ?? "", seed: fill?["seed"]?.int ?? 0,
        count: count, fanIn: fill?["fan_in"]?.int)
    else {
      throw FileError("case '\(name)', tensor '\(tensor)': expected a known fill")
    }
    return values
  }

  /// Returns a tensor's elements as Float64.
  public func doubles(_ tensor: String) throws -> [Double] {
    if let file = try stored(tensor) { return try file.doubles(tensor) }
    return try floats(tensor).map { Double($0) }
  }

  /// Returns an integer tensor's elements, from the file or made by the fill of kind `labels`.
  public func ints(_ tensor: String) throws -> [Int] {
    if let file = try stored(tensor) { return try file.int64s(tensor) }
    let fill = try listed(tensor)["fill"]
    guard fill?["kind"]?.string == "labels", let stream = fill?["name"]?.string,
      let seed = fill?["seed"]?.int, let classes = fill?["classes"]?.int, classes > 0,
      let count = ElementType.elementCount(try shape(tensor))
    else {
      throw FileError("case '\(name)', tensor '\(tensor)': expected a fill of labels")
    }
    return GoldenFill.labels(name: stream, seed: seed, count: count, classes: classes)
  }

  /// Returns a uint8 tensor's elements from a file of the set.
  public func uint8s(_ tensor: String, file: String? = nil) throws -> [UInt8] {
    if let file { return try open(file).uint8s(tensor) }
    guard let found = try stored(tensor) else {
      throw FileError("case '\(name)': expected a stored tensor '\(tensor)', found none")
    }
    return try found.uint8s(tensor)
  }

  /// Returns any safetensors file of the set, such as an optional float64 copy.
  public func file(_ name: String) throws -> SafetensorsFile {
    try open(name)
  }

  /// Returns the filled initial state of a full net: name, shape and values of each entry.
  ///
  /// Empty when the case has no `state_fill`.
  public func stateFill() -> [(name: String, shape: [Int], values: [Float])] {
    guard let fill = entry["state_fill"], let seed = fill["seed"]?.int,
      let parameters = fill["parameters"]?.object
    else { return [] }
    return zip(parameters.keys, parameters.values).compactMap { key, value in
      guard let shape = value.ints, let count = ElementType.elementCount(shape) else { return nil }
      let kind: String
      if key.hasSuffix("running_mean") {
        kind = "zeros"
      } else if key.hasSuffix("running_var") {
        kind = "ones"
      } else if key.hasSuffix("bias") {
        kind = "bias"
      } else {
        kind = shape.count > 1 ? "weight" : "bn_weight"
      }
      let fanIn = shape.dropFirst().reduce(1, *)
      return GoldenFill.floats(kind: kind, name: key, seed: seed, count: count, fanIn: fanIn)
        .map { (key, shape, $0) }
    }
  }
}
