#if arch(x86_64)
  import WinogradFormulas

  /// Turns columns of a map, sixteen channels of them, into columns of points.
  ///
  /// Column x of row i lies at rows.i + x·step; its point p goes to `out` + x·16 + p·pointStep.
  public func wideColumns(
    _ transform: PointTransform, _ rows: NineRows, count: Int, step: Int,
    to out: UnsafeMutablePointer<Float>, pointStep: Int
  ) {
    transform.specialized { transform in
      var offset = 0
      var position = out
      for _ in 0..<count {
        transform.points(
          { load16(row(rows, $0) + offset) }, { store16(position + $0 &* pointStep, $1) })
        offset &+= step
        position += 16
      }
    }
  }

  /// Turns columns of points into the points of tiles.
  ///
  /// Point p of column x lies at `scratch` + p·rowStep + x·16; point ξ of tile t goes to
  /// `out` + t·tileStep + ξ·plane.
  public func wideTiles(
    _ transform: PointTransform, _ scratch: UnsafePointer<Float>, rowStep: Int, tiles: Int,
    to out: UnsafeMutablePointer<Float>, tileStep: Int, plane: Int
  ) {
    transform.specialized { transform in
      for tx in 0..<tiles {
        var s = scratch + tx &* transform.step &* 16
        var q = out + tx &* tileStep
        for _ in 0..<transform.points {
          transform.points({ load16(s + $0 &* 16) }, { store16(q + $0 &* plane, $1) })
          s += rowStep
          q += transform.points &* plane
        }
      }
    }
  }

  /// Turns the points of one tile, sixteen channels of them, into its values.
  ///
  /// Point ξ lies at `points` + ξ·plane; value (i, j) goes to `out` + i·rowStep + j·columnStep.
  public func wideValues(
    _ kind: TileKind, _ points: UnsafePointer<Float>, plane: Int,
    _ scratch: UnsafeMutablePointer<Float>, to out: UnsafeMutablePointer<Float>, rowStep: Int,
    columnStep: Int, accumulate: Bool
  ) {
    kind.specialized { kind in
      let side = kind.axisPoints
      for j in 0..<side {
        let column = points + j &* plane
        kind.values(
          { load16(column + $0 &* side &* plane) },
          { store16(scratch + ($0 &* side &+ j) &* 16, $1) })
      }
      var q = out
      for i in 0..<kind.side {
        let s = UnsafePointer(scratch) + i &* side &* 16
        kind.values({ load16(s + $0 &* 16) }) { j, v in
          let p = q + j &* columnStep
          store16(p, accumulate ? load16(p) + v : v)
        }
        q += rowStep
      }
    }
  }
#endif
