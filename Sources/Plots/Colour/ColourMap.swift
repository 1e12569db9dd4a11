/// A colour scale for magnitudes or for signed values.
///
/// Source: viridis, S. van der Walt and N. Smith (CC0), sampled at every fifth of 256 entries;
/// cividis, J. Nuñez et al., PLoS ONE 13(7), 2018, likewise; `coolwarm`, K. Moreland, "Diverging
/// Color Maps for Scientific Visualization", 2009, evaluated at 33 points from its two end colours.
public enum ColourMap: String, Sendable, CaseIterable {
  /// Perceptually uniform, for magnitudes.
  case viridis
  /// Perceptually uniform and nearly the same to colour-blind readers, for magnitudes.
  case cividis
  /// Blue–white–red, for cosines and differences, centred on zero.
  case coolwarm

  /// Whether the map has a neutral middle and must be centred on zero.
  public var isDiverging: Bool { self == .coolwarm }

  /// Returns the colour at a position 0…1; positions outside are clamped, NaN gives light grey.
  public func colour(at t: Double) -> Colour {
    guard t == t else { return .lightGrey }
    let table = stops
    let s = min(max(t, 0), 1) * Double(table.count - 1)
    let i = min(PlotMath.whole(s), table.count - 2)
    return Colour(hex: table[i]).mixed(with: Colour(hex: table[i + 1]), share: s - Double(i))
  }

  /// Returns the map as 256 colours, for painting images.
  public func table() -> [Colour] { (0..<256).map { colour(at: Double($0) / 255) } }

  private var stops: [UInt32] {
    switch self {
    case .viridis: Self.viridisStops
    case .cividis: Self.cividisStops
    case .coolwarm: Self.coolwarmStops
    }
  }

  private static let viridisStops: [UInt32] = [
    0x440154, 0x46085C, 0x471063, 0x481769, 0x481D6F, 0x482475, 0x472A7A, 0x46307E,
    0x453781, 0x433D84, 0x414287, 0x3F4889, 0x3D4E8A, 0x3A538B, 0x38598C, 0x355E8D,
    0x33638D, 0x31688E, 0x2E6D8E, 0x2C718E, 0x2A768E, 0x297B8E, 0x27808E, 0x25848E,
    0x23898E, 0x218E8D, 0x20928C, 0x1F978B, 0x1E9C89, 0x1FA188, 0x21A585, 0x24AA83,
    0x28AE80, 0x2EB37C, 0x35B779, 0x3DBC74, 0x46C06F, 0x50C46A, 0x5AC864, 0x65CB5E,
    0x70CF57, 0x7CD250, 0x89D548, 0x95D840, 0xA2DA37, 0xB0DD2F, 0xBDDF26, 0xCAE11F,
    0xD8E219, 0xE5E419, 0xF1E51D, 0xFDE725,
  ]
  private static let cividisStops: [UInt32] = [
    0x00204D, 0x002455, 0x00275E, 0x002B67, 0x002E6F, 0x00316F, 0x00356E, 0x12386D,
    0x1F3C6D, 0x28406C, 0x30436C, 0x36476B, 0x3D4A6B, 0x424E6B, 0x48526B, 0x4D556C,
    0x52596C, 0x575C6D, 0x5B606E, 0x60646F, 0x646770, 0x696B71, 0x6D6E72, 0x727274,
    0x767676, 0x7A7A78, 0x7F7D78, 0x848179, 0x888579, 0x8D8979, 0x928D78, 0x979178,
    0x9C9577, 0xA19976, 0xA69D75, 0xACA174, 0xB1A573, 0xB6A971, 0xBBAE6F, 0xC1B26D,
    0xC6B66B, 0xCCBB69, 0xD1BF66, 0xD7C463, 0xDCC860, 0xE2CD5C, 0xE8D259, 0xEDD654,
    0xF3DB4F, 0xF9E04A, 0xFFE544, 0xFFEA46,
  ]
  private static let coolwarmStops: [UInt32] = [
    0x3B4CC0, 0x445ACC, 0x4E68D7, 0x5875E1, 0x6282EA, 0x6C8EF1, 0x779AF7, 0x82A5FB,
    0x8DB0FE, 0x98B9FF, 0xA3C2FE, 0xAEC9FD, 0xB8D0F9, 0xC2D5F4, 0xCCD9EE, 0xD5DBE6,
    0xDDDDDD, 0xE5D8D1, 0xECD3C6, 0xF1CCB9, 0xF5C4AD, 0xF7BBA0, 0xF7B194, 0xF7A687,
    0xF49A7B, 0xF18D6F, 0xEC7F63, 0xE57057, 0xDE614C, 0xD55042, 0xCB3E38, 0xC0282F,
    0xB40426,
  ]
}
