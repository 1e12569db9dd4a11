import Images

/// The arguments of one operation as they were written.
struct AugmentArguments {
  /// A number, its text and its position.
  struct Number {
    let value: Double
    let text: String
    let offset: Int
  }

  let offset: Int
  var numbers: [Number] = []
  var size: (height: Number, width: Number)?
  var interpolation: Interpolation?

  init(offset: Int) { self.offset = offset }

  /// Returns a number in a range.
  func number(_ index: Int, _ name: String, in range: ClosedRange<Double>) throws -> Double {
    let number = numbers[index]
    guard range.contains(number.value) else {
      throw Self.outOfRange(number, "\(name) must lie in", range.lowerBound, range.upperBound)
    }
    return number.value
  }

  /// Returns an integer in a range.
  static func integer(_ number: Number, _ name: String, in range: ClosedRange<Int>) throws -> Int {
    guard let value = Int(exactly: number.value), range.contains(value) else {
      throw outOfRange(number, "\(name) must be an integer in", range.lowerBound, range.upperBound)
    }
    return value
  }

  private static func outOfRange<Bound>(
    _ number: Number, _ rule: String, _ low: Bound, _ high: Bound
  ) -> AugmentationError {
    AugmentationError("\(rule) \(low)…\(high), got '\(number.text)'", offset: number.offset)
  }
}

/// The name and parameters of an operation, and how its value is made.
struct AugmentSignature: Sendable {
  let name: String
  let parameters: [String]
  var keys: [String] = []
  let make: @Sendable (AugmentArguments) throws -> AugmentOperation

  /// How the operation is written.
  var usage: String {
    let options = keys.map { $0 == "size" ? "size=[h,w]" : "interp=bicubic|bilinear" }
    return "\(name)(\((parameters + options).joined(separator: ",")))"
  }

  /// The names of all operations, for messages.
  static var names: String { all.map(\.name).joined(separator: ", ") }

  static let all: [AugmentSignature] = [
    AugmentSignature(
      name: "resized_crop", parameters: ["top", "left", "height", "width"],
      keys: ["size", "interp"], make: resizedCrop),
    AugmentSignature(name: "hflip", parameters: []) { _ in .horizontalFlip },
    adjustment(.brightness), adjustment(.contrast), adjustment(.saturation), adjustment(.hue),
    AugmentSignature(name: "grayscale", parameters: []) { _ in .grayscale },
    AugmentSignature(name: "blur", parameters: ["sigma"]) {
      .blur(sigma: try $0.number(0, "sigma", in: AugmentOperation.sigmas))
    },
    AugmentSignature(name: "solarize", parameters: ["threshold"]) {
      .solarize(
        threshold: try AugmentArguments.integer($0.numbers[0], "threshold", in: 0...256))
    },
    AugmentSignature(name: "equalize", parameters: []) { _ in .equalize },
  ]

  private static func adjustment(_ kind: ColorAdjustment.Kind) -> AugmentSignature {
    AugmentSignature(name: kind.rawValue, parameters: ["factor"]) {
      let range = kind == .hue ? -0.5...0.5 : 0...AugmentOperation.largestJitter
      return .adjust(ColorAdjustment(kind, try $0.number(0, kind.rawValue, in: range)))
    }
  }

  @Sendable private static func resizedCrop(_ arguments: AugmentArguments) throws
    -> AugmentOperation
  {
    let limit = 1_000_000
    let values = try zip(arguments.numbers, ["top", "left", "height", "width"]).map {
      try AugmentArguments.integer($0, $1, in: ($1 == "top" || $1 == "left" ? 0 : 1)...limit)
    }
    guard let size = arguments.size else {
      throw AugmentationError(
        "resized_crop needs size=[h,w], found none", offset: arguments.offset)
    }
    let sides = 1...AugmentOperation.largestSide
    return .resizedCrop(
      CropBox(top: values[0], left: values[1], height: values[2], width: values[3]),
      width: try AugmentArguments.integer(size.width, "the width of size", in: sides),
      height: try AugmentArguments.integer(size.height, "the height of size", in: sides),
      arguments.interpolation ?? .bicubic)
  }
}
