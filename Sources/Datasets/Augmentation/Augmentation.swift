import Images

/// The random pipeline that makes a view of an image.
///
/// The order is solo-learn's: resized crop, colour jitter, grayscale, blur, solarize, equalize,
/// flip, then tensor and normalisation. Distributions are torchvision's (`RandomResizedCrop`,
/// `ColorJitter`, `RandomGrayscale`, `RandomHorizontalFlip`, `RandomApply`) and solo-learn's
/// (`GaussianBlur`, `Solarization`, `Equalization`); random numbers are dyad's own.
public struct Augmentation: Sendable, Equatable, Codable {
  /// The smallest and largest share of the image's area that a crop asks for; nil keeps it whole.
  public var cropScale: ClosedRange<Double>?
  /// The smallest and largest width ÷ height of a crop, drawn uniformly in the logarithm.
  public var cropRatio: ClosedRange<Double> = 0.75...(4.0 / 3.0)
  /// The side of the square views in pixels; nil keeps the size of the image.
  public var outputSize: Int?
  /// How crops are resized; solo-learn uses bicubic.
  public var interpolation: Interpolation = .bicubic
  /// The half-width b of the brightness factor's range, `max(0, 1 − b)…1 + b`.
  public var brightness = 0.0
  /// The half-width of the contrast factor's range.
  public var contrast = 0.0
  /// The half-width of the saturation factor's range.
  public var saturation = 0.0
  /// The largest hue rotation h of `−h…h`, in turns (at most 0.5).
  public var hue = 0.0
  /// The probability that the colour jitter is applied as a whole.
  public var jitterProbability = 0.0
  /// The probability that a view is grey.
  public var grayscaleProbability = 0.0
  /// The probability that a view is blurred.
  public var blurProbability = 0.0
  /// The smallest and largest standard deviation of the blur in pixels.
  public var blurSigma: ClosedRange<Double> = 0.1...2.0
  /// The probability that a view is solarized.
  public var solarizeProbability = 0.0
  /// The level at and above which solarizing inverts a sample.
  public var solarizeThreshold = 128
  /// The probability that the histograms of a view are equalized.
  public var equalizeProbability = 0.0
  /// The probability that a view is mirrored left to right.
  public var flipProbability = 0.0

  /// Makes a pipeline that changes nothing; set the fields that shall act.
  public init() {}

  /// The preset that changes nothing (but the size, where `outputSize` asks for one).
  public static let none = Augmentation()

  /// The CIFAR pipeline of the SimSiam half.
  ///
  /// Source: solo-learn, scripts/pretrain/cifar/simsiam.sh (crop 32, jitter 0.4 0.4 0.4 0.1, blur
  /// 0) with its defaults for the rest (crop scale 0.08…1, jitter 0.8, gray 0.2, solarize 0, flip
  /// 0.5).
  public static let simsiam = cifar(strength: 0.5)

  /// The CIFAR pipeline of the SimCLR half.
  ///
  /// Source: Chen et al., arXiv:2002.05709, appendix A (crop 0.08…1, jitter s · (0.8, 0.8, 0.8,
  /// 0.2) with probability 0.8, gray 0.2) and B.9 (CIFAR-10: strength s = 0.5, no blur).
  public static let simclr = cifar(strength: 0.5)

  /// The presets by name.
  public static let presets: [(name: String, value: Augmentation)] = [
    ("simclr", simclr), ("simsiam", simsiam), ("none", none),
  ]

  /// Returns the preset of a name, or nil.
  public static func preset(_ name: String) -> Augmentation? {
    presets.first { $0.name == name }?.value
  }

  private static func cifar(strength: Double) -> Augmentation {
    var pipeline = Augmentation()
    pipeline.cropScale = 0.08...1
    pipeline.brightness = 0.8 * strength
    pipeline.contrast = 0.8 * strength
    pipeline.saturation = 0.8 * strength
    pipeline.hue = 0.2 * strength
    pipeline.jitterProbability = 0.8
    pipeline.grayscaleProbability = 0.2
    pipeline.flipProbability = 0.5
    return pipeline
  }

  /// Checks every field against its range.
  ///
  /// Throws: `AugmentationError` naming the first field that is out of range.
  public func validate() throws {
    func check(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws {
      guard range.contains(value) else {
        throw AugmentationError(
          "\(name) must lie in \(range.lowerBound)…\(range.upperBound), got \(value)")
      }
    }
    for (name, value) in [
      ("jitter probability", jitterProbability), ("gray probability", grayscaleProbability),
      ("blur probability", blurProbability), ("solarize probability", solarizeProbability),
      ("equalize probability", equalizeProbability), ("flip probability", flipProbability),
    ] { try check(name, value, in: 0...1) }
    for (name, value) in [
      ("brightness", brightness), ("contrast", contrast), ("saturation", saturation),
    ] { try check(name, value, in: 0...AugmentOperation.largestJitter) }
    try check("hue", hue, in: 0...0.5)
    if let cropScale {
      try check("crop scale", cropScale.lowerBound, in: 1e-6...1)
      try check("crop scale", cropScale.upperBound, in: 1e-6...1)
    }
    for bound in [cropRatio.lowerBound, cropRatio.upperBound] {
      try check("crop ratio", bound, in: 0.01...100)
    }
    for bound in [blurSigma.lowerBound, blurSigma.upperBound] {
      try check("blur sigma", bound, in: AugmentOperation.sigmas)
    }
    try check("solarize threshold", Double(solarizeThreshold), in: 0...256)
    if let outputSize {
      try check("output size", Double(outputSize), in: 1...Double(AugmentOperation.largestSide))
    }
  }
}
