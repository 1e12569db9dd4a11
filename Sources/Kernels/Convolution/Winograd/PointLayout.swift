/// Where point ξ of channel c of tile t lies: ξ·plane + (c/16)·panel + t·tile + c%16.
struct PointLayout {
  var plane: Int
  var panel: Int
  var tile: Int

  /// Rows of channels [ξ][tiles][C]: what a product broadcasts from.
  ///
  /// A padded plane keeps the streams of all points out of one cache set.
  static func rows(tiles: Int, channels: Int) -> PointLayout {
    PointLayout(plane: tiles * channels + 16, panel: 16, tile: channels)
  }

  /// Panels [ξ][C/16][tiles][16]: what a product over tiles reads, both factors alike.
  static func panels(tiles: Int, channels: Int) -> PointLayout {
    PointLayout(
      plane: tiles * ((channels + 15) / 16 * 16) + 16, panel: tiles * 16, tile: 16)
  }
}
