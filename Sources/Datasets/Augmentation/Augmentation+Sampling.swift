import Images
import Tensors

extension Augmentation {
  /// Draws the parameters of one view of an image of `width` × `height` pixels.
  ///
  /// They depend on the seed, the sample's index, the epoch and the view alone. Every number but
  /// the crop's is drawn whether it is used or not, so turning a step on or off leaves the others
  /// as they were.
  public func sample(
    seed: UInt64, sample: Int, epoch: Int, view: Int, width: Int, height: Int
  ) -> ViewParameters {
    var stream = RandomStream(
      seed: seed, stream: .augmentation, view: view, sample: sample, epoch: epoch)
    return draw(from: &stream, width: width, height: height)
  }

  /// Draws the parameters of a view from a stream.
  public func draw(from stream: inout RandomStream, width: Int, height: Int) -> ViewParameters {
    func occurs(_ probability: Double) -> Bool { Double(stream.uniform()) < probability }
    let isJittered = occurs(jitterProbability)
    let steps = drawJitter(from: &stream)
    let isGrayscale = occurs(grayscaleProbability)
    let isBlurred = occurs(blurProbability)
    let sigma = stream.uniform(blurSigma.lowerBound, blurSigma.upperBound)
    let isSolarized = occurs(solarizeProbability)
    let isEqualized = occurs(equalizeProbability)
    let isFlipped = occurs(flipProbability)
    var view = ViewParameters(
      crop: drawCrop(from: &stream, width: width, height: height), width: outputSize ?? width,
      height: outputSize ?? height)
    view.interpolation = interpolation
    view.jitter = isJittered ? steps : []
    view.isGrayscale = isGrayscale
    view.blurSigma = isBlurred ? sigma : nil
    view.solarizeThreshold = isSolarized ? solarizeThreshold : nil
    view.isEqualized = isEqualized
    view.isFlipped = isFlipped
    return view
  }

  /// Draws the four factors and their order; a step that cannot change anything is left out.
  ///
  /// Source: torchvision's `ColorJitter.get_params`.
  private func drawJitter(from stream: inout RandomStream) -> ColorJitter {
    func factor(_ width: Double) -> Double { stream.uniform(max(0, 1 - width), 1 + width) }
    let steps = (
      ColorAdjustment(.brightness, factor(brightness)),
      ColorAdjustment(.contrast, factor(contrast)),
      ColorAdjustment(.saturation, factor(saturation)),
      ColorAdjustment(.hue, stream.uniform(-hue, hue))
    )
    var order = SIMD4<Int>(0, 1, 2, 3)
    for last in stride(from: 3, to: 0, by: -1) {
      let chosen = stream.integer(below: last + 1)
      (order[last], order[chosen]) = (order[chosen], order[last])
    }
    var result = ColorJitter()
    for position in 0..<4 {
      switch order[position] {
      case 0: if brightness > 0 { result.append(steps.0) }
      case 1: if contrast > 0 { result.append(steps.1) }
      case 2: if saturation > 0 { result.append(steps.2) }
      default: if hue > 0 { result.append(steps.3) }
      }
    }
    return result
  }

  /// Draws the box of a crop.
  ///
  /// Source: torchvision's `RandomResizedCrop.get_params`: ten tries, then the largest centred box
  /// whose ratio is in range.
  private func drawCrop(from stream: inout RandomStream, width: Int, height: Int) -> CropBox {
    guard let cropScale else { return CropBox(top: 0, left: 0, height: height, width: width) }
    let area = Double(width) * Double(height)
    for _ in 0..<10 {
      let target = area * stream.uniform(cropScale.lowerBound, cropScale.upperBound)
      let ratio = stream.logUniform(cropRatio.lowerBound, cropRatio.upperBound)
      let w = Int((target * ratio).squareRoot().rounded(.toNearestOrEven))
      let h = Int((target / ratio).squareRoot().rounded(.toNearestOrEven))
      guard w > 0, w <= width, h > 0, h <= height else { continue }
      let top = stream.integer(below: height - h + 1)
      let left = stream.integer(below: width - w + 1)
      return CropBox(top: top, left: left, height: h, width: w)
    }
    let ratio = Double(width) / Double(height)
    var w = width
    var h = height
    if ratio < cropRatio.lowerBound {
      h = Int((Double(width) / cropRatio.lowerBound).rounded(.toNearestOrEven))
    } else if ratio > cropRatio.upperBound {
      w = Int((Double(height) * cropRatio.upperBound).rounded(.toNearestOrEven))
    }
    w = max(1, min(w, width))
    h = max(1, min(h, height))
    return CropBox(top: (height - h) / 2, left: (width - w) / 2, height: h, width: w)
  }
}
