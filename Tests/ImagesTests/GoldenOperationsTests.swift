import Files
import Images
import TestSupport
import Testing

/// Torchvision 0.29.2 on Pillow 12.3.0: every operation but whole pipelines (in DatasetsTests).
@Suite struct GoldenOperationsTests {
  static let families = [
    "resized_crop", "resize", "resize_shorter_then_center_crop", "center_crop_and_resize", "hflip",
    "random_crop", "adjust_brightness", "adjust_contrast", "adjust_saturation", "adjust_hue",
    "rgb_to_grayscale_3ch", "rgb_to_hsv_8bit", "rgb_to_hsv_to_rgb_8bit", "color_jitter",
    "gaussian_blur_pil", "solarize", "equalize", "to_tensor", "to_tensor_normalize",
  ]

  @Test func everyFamilyOfTheSetIsTested() throws {
    let set = try GoldenSet.load("golden-aug")
    let listed = Set(set.cases.map(\.family))
    #expect(listed.subtracting(Self.families) == ["pipeline"])
    if set.isFull { #expect(set.cases.count == 610) }
  }

  @Test(arguments: try GoldenSet.cases("golden-aug", families: families))
  func matchesTorchvisionOnPillow(_ golden: GoldenCase) throws {
    let image = try goldenInput(golden)
    let output = try #require(golden.entry["output"])
    let file = try golden.file(#require(output["file"]?.string))
    let name = try #require(output["tensor"]?.string)
    let shape = try file.entry(name).shape
    let limit = try #require(golden.tolerance["max_abs"]?.double)
    if output["dtype"]?.string == "float32" {
      let got = try floats(golden, image)
      // The file holds [3, H, W].
      let want = try file.floats(name)
      let plane = shape[1] * shape[2]
      let turned = (0..<want.count).map { want[$0 % 3 * plane + $0 / 3] }
      expectClose(got, turned, abs: limit, golden.name)
      return
    }
    let got = try apply(golden, image)
    #expect([got.height, got.width, 3] == shape)
    let want = try file.uint8s(name)
    #expect(largestDifference(got.pixels, want) <= Int(limit), "\(golden.name)")
  }

  private func floats(_ golden: GoldenCase, _ image: RGBImage) throws -> [Float] {
    let parameters = try #require(golden.entry["params"])
    guard golden.family == "to_tensor_normalize" else { return image.normalized() }
    let mean = try #require(parameters["mean"]?.array).compactMap { $0.double.map(Float.init) }
    let std = try #require(parameters["std"]?.array).compactMap { $0.double.map(Float.init) }
    return image.normalized(mean: mean, std: std)
  }

  private func apply(_ golden: GoldenCase, _ image: RGBImage) throws -> RGBImage {
    let parameters = try Parameters(#require(golden.entry["params"]))
    switch golden.family {
    case "resized_crop":
      return image.resizedCrop(
        try parameters.box(), width: try parameters.int("out_width"),
        height: try parameters.int("out_height"), interpolation: try parameters.interpolation())
    case "resize":
      return image.resized(
        width: try parameters.int("out_width"), height: try parameters.int("out_height"),
        interpolation: try parameters.interpolation())
    case "resize_shorter_then_center_crop":
      return image.resizedShorter(
        try parameters.int("shorter"), thenCenterCrop: try parameters.int("crop"),
        interpolation: try parameters.interpolation())
    case "center_crop_and_resize":
      return image.centerCropped(
        proportion: try parameters.double("proportion"), resizedTo: try parameters.int("size"),
        interpolation: try parameters.interpolation())
    case "hflip": return image.flippedHorizontally()
    case "random_crop":
      let mode = parameters.string("padding_mode")
      return image.paddedCrop(
        padding: try parameters.int("padding"), mode: mode == "reflect" ? .reflect : .zero,
        box: try parameters.box())
    default: return try applyColor(golden, image, parameters)
    }
  }

  private func applyColor(
    _ golden: GoldenCase, _ image: RGBImage, _ parameters: Parameters
  ) throws -> RGBImage {
    switch golden.family {
    case "rgb_to_grayscale_3ch": return image.applying { $0.makeGrayscale() }
    case "rgb_to_hsv_8bit": return image.applying { $0.convertToHSV() }
    case "rgb_to_hsv_to_rgb_8bit":
      return image.applying {
        $0.convertToHSV()
        $0.convertFromHSV()
      }
    case "gaussian_blur_pil":
      let sigma = try parameters.double("sigma")
      return image.applying { $0.gaussianBlur(sigma: sigma) }
    case "solarize":
      let threshold = try parameters.int("threshold")
      return image.applying { $0.solarize(threshold: threshold) }
    case "equalize": return image.applying { $0.equalize() }
    case "color_jitter":
      var result = image
      for name in try #require(parameters.values["order"]?.array).compactMap(\.string) {
        let factor = try parameters.double(name + "_factor")
        result = result.applying { Self.adjust(name, factor, $0) }
      }
      return result
    default:
      let factor = try parameters.double("factor")
      return image.applying { Self.adjust(String(golden.family.dropFirst(7)), factor, $0) }
    }
  }

  private static func adjust(_ name: String, _ factor: Double, _ scratch: ImageScratch) {
    switch name {
    case "brightness": scratch.adjustBrightness(factor)
    case "contrast": scratch.adjustContrast(factor)
    case "saturation": scratch.adjustSaturation(factor)
    case "hue": scratch.adjustHue(factor)
    default: Issue.record("unknown operation \(name)")
    }
  }
}

/// Returns the input image of a case.
func goldenInput(_ golden: GoldenCase) throws -> RGBImage {
  let input = try #require(golden.entry["input"])
  let file = try golden.file(#require(input["file"]?.string))
  let name = try #require(input["tensor"]?.string)
  let shape = try file.entry(name).shape
  return RGBImage(width: shape[1], height: shape[0], pixels: try file.uint8s(name))
}

/// Returns the largest difference of two arrays of samples; arrays of other lengths are far apart.
func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard a.count == b.count else { return 256 }
  return zip(a, b).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}

/// The parameters of a case.
struct Parameters {
  let values: JSONValue

  init(_ values: JSONValue) { self.values = values }

  func int(_ key: String) throws -> Int { try #require(values[key]?.int) }
  func double(_ key: String) throws -> Double { try #require(values[key]?.double) }
  func string(_ key: String) -> String? { values[key]?.string }

  func box() throws -> CropBox {
    CropBox(
      top: try int("top"), left: try int("left"), height: try int("height"),
      width: try int("width"))
  }

  func interpolation() throws -> Interpolation {
    try #require(string("interpolation").flatMap(Interpolation.init(rawValue:)))
  }
}
