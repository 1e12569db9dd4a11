/// The checked content of a safetensors header.
struct SafetensorsHeader {
  var entries: [SafetensorsFile.Entry] = []
  var metadata: [String: String] = [:]

  /// Checks every member of the header object.
  ///
  /// Throws: `FileError` for wrong types, shapes that do not fit their bytes, holes and overlaps.
  init(_ members: JSONObject, dataStart: Int, dataSize: Int, source: String) throws {
    for (name, value) in zip(members.keys, members.values) {
      if name == "__metadata__" {
        metadata = try Self.metadata(value, source)
      } else {
        entries.append(try Self.entry(name, value, dataStart, dataSize, source))
      }
    }
    try checkCover(dataStart, dataSize, source)
  }

  private static func metadata(_ value: JSONValue, _ source: String) throws -> [String: String] {
    guard case .object(let object) = value else {
      throw FileError("\(source): expected '__metadata__' to be an object of strings")
    }
    var result: [String: String] = [:]
    for (key, item) in zip(object.keys, object.values) {
      guard let text = item.string else {
        throw FileError("\(source): expected metadata '\(key)' to be a string")
      }
      result[key] = text
    }
    return result
  }

  private static func entry(
    _ name: String, _ value: JSONValue, _ dataStart: Int, _ dataSize: Int, _ source: String
  ) throws -> SafetensorsFile.Entry {
    let place = "\(source), tensor '\(name)'"
    guard let object = value.object, object.count == 3, let typeName = object["dtype"]?.string,
      let shape = object["shape"]?.ints, let offsets = object["data_offsets"]?.ints,
      offsets.count == 2
    else {
      throw FileError("\(place): expected dtype, shape and two data_offsets")
    }
    guard let type = ElementType(rawValue: typeName) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: " ")
      throw FileError("\(place): expected a dtype of \(known), found '\(typeName)'")
    }
    guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataSize else {
      throw FileError(
        "\(place): expected data_offsets within 0…\(dataSize), found \(offsets[0])…\(offsets[1])")
    }
    guard let needed = type.byteCount(of: shape) else {
      throw FileError("\(place): expected a shape of sizes that fit in memory, found \(shape)")
    }
    guard needed == offsets[1] - offsets[0] else {
      throw FileError(
        "\(place): expected \(needed) bytes for \(typeName) \(shape), "
          + "found \(offsets[1] - offsets[0])")
    }
    return SafetensorsFile.Entry(
      name: name, type: type, shape: shape, offset: dataStart + offsets[0], byteCount: needed)
  }

  /// Checks that the tensors cover the data from start to end, each byte once.
  private func checkCover(_ dataStart: Int, _ dataSize: Int, _ source: String) throws {
    var end = dataStart
    for entry in entries.sorted(by: { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }) {
      guard entry.offset == end else {
        throw FileError(
          "\(source), tensor '\(entry.name)': expected its data at offset \(end - dataStart), "
            + "found \(entry.offset - dataStart) (\(entry.offset < end ? "overlap" : "hole"))")
      }
      end += entry.byteCount
    }
    guard end == dataStart + dataSize else {
      throw FileError(
        "\(source): expected \(end - dataStart) bytes of data after the header, found \(dataSize)")
    }
  }
}
