/// A JSON value whose objects keep the order of their keys.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The value of a key, nil when this is not an object or has no such key.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  /// The element at an index, nil when this is not an array or is shorter.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  /// The text of a string.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The truth value.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The integer; a double with an exact integer value counts as one.
  public var int: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number; the strings "nan", "inf" and "-inf" stand for non-finite numbers.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }

  /// The elements of an array.
  public var array: [JSONValue]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  /// The members of an object.
  public var object: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// The integers of an array that holds nothing else.
  public var ints: [Int]? {
    guard let array else { return nil }
    let values = array.compactMap(\.int)
    return values.count == array.count ? values : nil
  }

  /// The numbers of an array that holds nothing else.
  public var doubles: [Double]? {
    guard let array else { return nil }
    let values = array.compactMap(\.double)
    return values.count == array.count ? values : nil
  }

  /// Makes an object from its members in order; a repeated key keeps its first place, last value.
  public static func members(_ members: [(String, JSONValue)]) -> JSONValue {
    var object = JSONObject()
    for (key, value) in members {
      object[key] = value
    }
    return .object(object)
  }
}

/// The members of a JSON object, in order, found by key.
public struct JSONObject: Sendable, Equatable {
  /// The keys in order.
  public private(set) var keys: [String] = []
  /// The values, in the order of `keys`.
  public private(set) var values: [JSONValue] = []
  private var index: [String: Int] = [:]

  /// Makes an empty object.
  public init() {}

  /// The value of a key; setting nil removes it.
  public subscript(key: String) -> JSONValue? {
    get { index[key].map { values[$0] } }
    set {
      switch (index[key], newValue) {
      case (let place?, let value?): values[place] = value
      case (nil, let value?):
        index[key] = keys.count
        keys.append(key)
        values.append(value)
      case (let place?, nil):
        keys.remove(at: place)
        values.remove(at: place)
        index = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
      case (nil, nil): break
      }
    }
  }

  /// The number of members.
  public var count: Int { keys.count }
}
