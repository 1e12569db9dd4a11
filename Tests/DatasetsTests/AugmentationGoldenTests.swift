import Datasets
import Files
import Images
import TestSupport
import Testing

/// Whole pipelines, and operations as text, against torchvision 0.29.2 on Pillow 12.3.0.
@Suite struct AugmentationGoldenTests {
  @Test(arguments: try GoldenSet.cases("golden-aug", families: ["pipeline"]))
  func pipelineMatchesTorchvision(_ golden: GoldenCase) throws {
    let image = try input(golden)
    let values = try #require(golden.entry["params"])
    let view = try parameters(values)
    let output = try #require(golden.entry["output"])
    let file = try golden.file(#require(output["file"]?.string))
    let name = try #require(output["tensor"]?.string)
    let limit = try #require(golden.tolerance["max_abs"]?.double)
    guard output["dtype"]?.string == "float32" else {
      let got = view.image(of: image)
      #expect(try [got.height, got.width, 3] == file.entry(name).shape)
      #expect(try got.pixels == file.uint8s(name))
      return
    }
    let mean = try #require(values["mean"]?.array).compactMap { $0.double.map { Float($0) } }
    let std = try #require(values["std"]?.array).compactMap { $0.double.map { Float($0) } }
    var got = [Float](repeating: .nan, count: view.height * view.width * 3)
    let scratch = ImageScratch()
    image.pixels.withUnsafeBufferPointer { pixels in
      got.withUnsafeMutableBufferPointer { out in
        guard let from = pixels.baseAddress, let to = out.baseAddress else { return }
        view.render(
          from, width: image.width, height: image.height, mean: mean, std: std, into: to,
          scratch: scratch)
      }
    }
    // The file holds [3, H, W].
    let want = try file.floats(name)
    let plane = view.height * view.width
    expectClose(got, want.indices.map { want[$0 % 3 * plane + $0 / 3] }, abs: limit, golden.name)
  }

  static let scripted = [
    "resized_crop", "hflip", "adjust_brightness", "adjust_contrast", "adjust_saturation",
    "adjust_hue", "rgb_to_grayscale_3ch", "gaussian_blur_pil", "solarize", "equalize",
    "color_jitter",
  ]

  @Test(arguments: try GoldenSet.cases("golden-aug", families: scripted))
  func scriptsMatchTorchvision(_ golden: GoldenCase) throws {
    let values = try #require(golden.entry["params"])
    let script = try AugmentScript(text(golden.family, values))
    let got = try script.apply(to: input(golden))
    let output = try #require(golden.entry["output"])
    let file = try golden.file(#require(output["file"]?.string))
    #expect(try got.pixels == file.uint8s(#require(output["tensor"]?.string)), "\(golden.name)")
  }

  private func text(_ family: String, _ values: JSONValue) throws -> String {
    func number(_ key: String) throws -> Double { try #require(values[key]?.double) }
    func int(_ key: String) throws -> Int { try #require(values[key]?.int) }
    switch family {
    case "resized_crop":
      let interpolation = try #require(values["interpolation"]?.string)
      return try "resized_crop(\(int("top")),\(int("left")),\(int("height")),\(int("width")),"
        + "size=[\(int("out_height")),\(int("out_width"))],interp=\(interpolation))"
    case "hflip", "equalize": return family + "()"
    case "rgb_to_grayscale_3ch": return "grayscale()"
    case "gaussian_blur_pil": return try "blur(\(number("sigma")))"
    case "solarize": return try "solarize(\(int("threshold")))"
    case "color_jitter":
      let order = try #require(values["order"]?.array).compactMap(\.string)
      return try order.map { try "\($0)(\(number($0 + "_factor")))" }.joined(separator: "; ")
    default: return try "\(family.dropFirst(7))(\(number("factor")))"
    }
  }

  private func input(_ golden: GoldenCase) throws -> RGBImage {
    let input = try #require(golden.entry["input"])
    let file = try golden.file(#require(input["file"]?.string))
    let name = try #require(input["tensor"]?.string)
    let shape = try file.entry(name).shape
    return RGBImage(width: shape[1], height: shape[0], pixels: try file.uint8s(name))
  }

  private func parameters(_ values: JSONValue) throws -> ViewParameters {
    let crop = try #require(values["crop"])
    func int(_ key: String) throws -> Int { try #require(crop[key]?.int) }
    var view = ViewParameters(
      crop: CropBox(
        top: try int("top"), left: try int("left"), height: try int("height"),
        width: try int("width")), width: try int("out"), height: try int("out"))
    view.interpolation = try #require(
      crop["interpolation"]?.string.flatMap(Interpolation.init(rawValue:)))
    if let jitter = values["jitter"], let order = jitter["order"]?.array {
      view.jitter = ColorJitter(
        try order.compactMap(\.string).map { name in
          ColorAdjustment(
            try #require(ColorAdjustment.Kind(rawValue: name)),
            try #require(jitter[name + "_factor"]?.double))
        })
    }
    view.isGrayscale = try #require(values["grayscale"]?.bool as Bool?)
    view.blurSigma = values["blur_sigma"]?.double
    view.solarizeThreshold = values["solarize"]?.int
    view.isEqualized = try #require(values["equalize"]?.bool as Bool?)
    view.isFlipped = try #require(values["hflip"]?.bool as Bool?)
    return view
  }
}
