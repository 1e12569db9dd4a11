import Images

/// One step of colour jitter: what is changed, and by how much.
public struct ColorAdjustment: Sendable, Equatable, Codable {
  /// A property of colour that jitter changes.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A blend with black.
    case brightness
    /// A blend with the mean luma.
    case contrast
    /// A blend with each pixel's luma.
    case saturation
    /// A rotation of the hue.
    case hue
  }

  /// What is changed.
  public var kind: Kind
  /// The factor (1 changes nothing); for the hue, the rotation in turns, −0.5…0.5.
  public var factor: Double

  /// Makes a step.
  public init(_ kind: Kind, _ factor: Double) {
    self.kind = kind
    self.factor = factor
  }

  /// Applies the step to a working image.
  public func apply(to scratch: ImageScratch) {
    switch kind {
    case .brightness: scratch.adjustBrightness(factor)
    case .contrast: scratch.adjustContrast(factor)
    case .saturation: scratch.adjustSaturation(factor)
    case .hue: scratch.adjustHue(factor)
    }
  }
}
