import Datasets
import Images
import Testing

@Suite struct AugmentationScriptTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let message: String
    var testDescription: String { text }
  }

  static let operations =
    "resized_crop, hflip, brightness, contrast, saturation, hue, grayscale, blur, solarize, equalize"
  static let cropUsage =
    "resized_crop(top,left,height,width,size=[h,w],interp=bicubic|bilinear)"

  static let malformed = [
    Case(text: "", message: "character 1: expected an operation (\(operations)), found the end"),
    Case(
      text: "hflip();",
      message: "character 9: expected an operation (\(operations)), found the end"),
    Case(text: "flip()", message: "character 1: expected one of \(operations), found 'flip'"),
    Case(text: "hflip", message: "character 6: expected '(', found the end"),
    Case(text: "hflip(1)", message: "character 7: expected ')', found '1'"),
    Case(text: "hflip() x", message: "character 9: expected ';' or the end, found 'x'"),
    Case(text: "brightness(a)", message: "character 12: expected brightness(factor), found 'a'"),
    Case(
      text: "brightness()", message: "character 1: expected brightness(factor), found 0 numbers"),
    Case(text: "brightness(1.2.3)", message: "character 12: expected a number, found '1.2.3'"),
    Case(text: "brightness(1", message: "character 13: expected ')', found the end"),
    Case(
      text: "hflip(); brightness(-1)",
      message: "character 21: brightness must lie in 0.0…1000000.0, got '-1'"),
    Case(
      text: "contrast(1e999)",
      message: "character 10: contrast must lie in 0.0…1000000.0, got '1e999'"),
    Case(text: "hue(0.51)", message: "character 5: hue must lie in -0.5…0.5, got '0.51'"),
    Case(text: "blur(0)", message: "character 6: sigma must lie in 0.001…1000.0, got '0'"),
    Case(
      text: "solarize(1.5)",
      message: "character 10: threshold must be an integer in 0…256, got '1.5'"),
    Case(
      text: "resized_crop(0,0,4,4)",
      message: "character 1: resized_crop needs size=[h,w], found none"),
    Case(
      text: "resized_crop(0,0,4,size=[2,2])",
      message: "character 1: expected \(cropUsage), found 3 numbers"),
    Case(
      text: "resized_crop(0,0,4,4,size=[0,2])",
      message: "character 28: the height of size must be an integer in 1…4096, got '0'"),
    Case(
      text: "resized_crop(0,0,4,4,size=[2,9e9])",
      message: "character 30: the width of size must be an integer in 1…4096, got '9e9'"),
    Case(
      text: "resized_crop(-1,0,4,4,size=[2,2])",
      message: "character 14: top must be an integer in 0…1000000, got '-1'"),
    Case(
      text: "resized_crop(0,0,4,4,size=[2,2],interp=nearest)",
      message: "character 40: interp must be bicubic or bilinear, got 'nearest'"),
    Case(
      text: "resized_crop(0,0,4,4,scale=2)",
      message: "character 22: expected \(cropUsage), found 'scale'"),
    Case(
      text: "resized_crop(0,0,4,4,size=[2,2],size=[3,3])",
      message: "character 33: expected 'size' once, found it again"),
  ]

  @Test(arguments: malformed)
  func malformedTextIsRefusedWithItsPosition(_ example: Case) {
    let error = #expect(throws: AugmentationError.self) { try AugmentScript(example.text) }
    #expect(error?.description == example.message)
  }

  @Test func operationsAreReadInOrder() throws {
    let script = try AugmentScript(
      " resized_crop( 3, 4,20,20, size = [32, 16], interp=bilinear ) ;hue(-.1); blur(1e-1);"
        + "solarize(128);equalize( ) ;grayscale();hflip();saturation(+2)")
    #expect(
      script.steps.map(\.operation) == [
        .resizedCrop(
          CropBox(top: 3, left: 4, height: 20, width: 20), width: 16, height: 32, .bilinear),
        .adjust(ColorAdjustment(.hue, -0.1)), .blur(sigma: 0.1), .solarize(threshold: 128),
        .equalize, .grayscale, .horizontalFlip, .adjust(ColorAdjustment(.saturation, 2)),
      ])
    #expect(script.steps.map(\.offset).prefix(3) == [1, 63, 73])
    let size = try script.outputSize(width: 40, height: 40)
    #expect(size == (16, 32))
  }

  @Test func cropsOutsideTheImageAreRefused() throws {
    let image = RGBImage(width: 8, height: 6, red: 1, green: 2, blue: 3)
    let script = try AugmentScript("hflip(); resized_crop(3,0,4,4,size=[2,2])")
    let error = #expect(throws: AugmentationError.self) { try script.apply(to: image) }
    #expect(
      error?.description
        == "character 10: expected a crop inside the image of 6 rows and 8 columns, got top 3, "
        + "left 0, height 4, width 4")
    // The second crop is judged against the first one's result.
    let chain = try AugmentScript(
      "resized_crop(0,0,2,2,size=[9,9]); resized_crop(5,5,4,4,size=[3,5])")
    let result = try chain.apply(to: image)
    #expect((result.width, result.height) == (5, 3))
    #expect(result == RGBImage(width: 5, height: 3, red: 1, green: 2, blue: 3))
  }

  @Test func anyTextGivesAnErrorOrAScript() {
    let pieces = [
      "hflip", "(", ")", ";", ",", "=", "[", "]", "resized_crop", "size", "interp", "bicubic",
      "1", "-3", "1e9", "9223372036854775807", "nan", "inf", "0x1p3", "½", " ", "\u{301}", "é",
      "brightness", ".", "1e-400",
    ]
    var random: UInt64 = 11
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<12 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(random >> 33) % pieces.count]
      }
      do { _ = try AugmentScript(text) } catch { #expect(error is AugmentationError) }
    }
    #expect(throws: AugmentationError.self) {
      try AugmentScript(String(repeating: "hflip();", count: 101) + "hflip()")
    }
    #expect(throws: AugmentationError.self) {
      try AugmentScript(String(repeating: " ", count: 70_000))
    }
  }
}
