// swift-tools-version: 6.2
import PackageDescription

// Kernels need AVX2 and FMA on x86-64; arm64 has its vector unit by default. Numeric targets are
// optimised in debug builds too: unoptimised SIMD code is about a hundred times slower.
#if arch(x86_64)
  let vectorFlags = ["-Xcc", "-march=x86-64-v3"]
  let wideFlags = ["-Xcc", "-march=x86-64-v4"]
#else
  let vectorFlags: [String] = []
  let wideFlags: [String] = []
#endif

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
func optimised(_ flags: [String]) -> [SwiftSetting] {
  strict + [
    .unsafeFlags(flags, .when(configuration: .release)),
    .unsafeFlags(["-O"] + flags, .when(configuration: .debug)),
  ]
}
let numeric = optimised(vectorFlags)

let package = Package(
  name: "dyad",
  products: [.executable(name: "dyad", targets: ["dyad"])],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CLineEdit", linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CProcessor"),
    // Leaf kernels for AVX-512, called where the processor has it.
    .target(name: "WinogradFormulas", swiftSettings: numeric),
    .target(
      name: "KernelsAVX512", dependencies: ["WinogradFormulas"],
      swiftSettings: optimised(wideFlags)),
    .target(
      name: "Kernels",
      dependencies: ["COpenBLAS", "CProcessor", "KernelsAVX512", "WinogradFormulas"],
      swiftSettings: numeric,
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Tensors", dependencies: ["Kernels"], swiftSettings: numeric),
    .target(name: "Layers", dependencies: ["Tensors", "Kernels"], swiftSettings: numeric),
    .target(name: "Images", dependencies: ["CPNG"], swiftSettings: numeric),
    .target(name: "Files", dependencies: ["CZlib"], swiftSettings: numeric),
    .target(
      name: "Datasets", dependencies: ["Images", "Files", "Tensors", "Kernels"],
      swiftSettings: numeric),
    .target(
      name: "Methods", dependencies: ["Layers", "Tensors", "Kernels"], swiftSettings: numeric),
    .target(
      name: "Analysis", dependencies: ["Layers", "Datasets", "Tensors", "Kernels"],
      swiftSettings: numeric),
    .target(name: "Plots", dependencies: ["Images"], swiftSettings: numeric),
    .target(
      name: "Sessions",
      dependencies: [
        "Kernels", "Tensors", "Layers", "Images", "Files", "Datasets", "Methods", "Analysis",
      ], swiftSettings: numeric),
    .target(name: "CommandLanguage", swiftSettings: strict),
    .target(
      name: "Commands",
      dependencies: [
        "CommandLanguage", "Sessions", "Plots", "Analysis", "Methods", "Datasets", "Files",
        "Images", "Layers", "Tensors", "Kernels",
      ], swiftSettings: strict),
    .executableTarget(
      name: "dyad",
      dependencies: [
        "Commands", "CommandLanguage", "Sessions", "Plots", "CLineEdit", "CProcessor",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Sessions", "Analysis", "Methods", "Datasets", "Files", "Images", "Layers", "Tensors",
        "Kernels", "COpenBLAS", "CProcessor",
      ], swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Files"], path: "Tests/TestSupport",
      swiftSettings: numeric),
    .executableTarget(
      name: "fuzz",
      dependencies: ["Commands", "CommandLanguage", "Sessions", "Datasets", "Files", "Images"],
      path: "Tests/Fuzz", swiftSettings: strict),
    .testTarget(name: "FuzzTests", swiftSettings: strict),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["Kernels", "KernelsAVX512", "WinogradFormulas", "TestSupport", "COpenBLAS"],
      swiftSettings: numeric),
    .testTarget(
      name: "TensorsTests", dependencies: ["Tensors", "Kernels", "TestSupport"],
      swiftSettings: numeric),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "Tensors", "Kernels", "Files", "TestSupport"],
      swiftSettings: numeric),
    .testTarget(
      name: "ImagesTests", dependencies: ["Images", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "MethodsTests", dependencies: ["Methods", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "AnalysisTests", dependencies: ["Analysis", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "PlotsTests", dependencies: ["Plots", "TestSupport"], swiftSettings: numeric),
    .testTarget(
      name: "SessionsTests",
      dependencies: [
        "Sessions", "Layers", "Methods", "Files", "Datasets", "Kernels", "TestSupport",
      ],
      swiftSettings: numeric),
    .testTarget(name: "PackageTests", swiftSettings: strict),
    .testTarget(
      name: "CommandLanguageTests", dependencies: ["CommandLanguage"], swiftSettings: strict),
    .testTarget(
      name: "CommandsTests", dependencies: ["Commands", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "CProcessorTests", dependencies: ["CProcessor"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
