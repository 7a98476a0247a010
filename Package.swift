// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    // Parts in targets of their own cost nothing at run time (decision 77).
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], excluding excluded: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: excluded, swiftSettings: settings)
}

let package = Package(
    name: "larder",
    products: [.executable(name: "larder", targets: ["larder"])],
    // Exact versions, so that a build can be repeated; docs/dependencies.md says what each is for.
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C: module maps and static inline shims only; each library is imported by one target.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CMimalloc", providers: [.apt(["libmimalloc-dev"])]),
        .target(name: "CLinux"),

        module("HTTPMessage", []),
        module("Coding", ["HTTPMessage"]),
        module("Runtime", ["HTTPMessage", "CLinux", nioCore]),
        module(
            "HTTPCaching",
            ["HTTPMessage", .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers")]
        ),
        module("Store", ["HTTPCaching", "HTTPMessage", "Runtime", "CISAL", "CLinux", "CSQLite", nioCore, logging]),
        module("Origins", ["HTTPMessage", "Runtime", "CCurl", "CLinux", nioCore, logging]),
        module("Fleet", ["Coding", "HTTPMessage", "Runtime", logging]),
        module("Settings", ["HTTPMessage", "Yams"]),
        module(
            "Proxy",
            ["HTTPMessage", "HTTPCaching", "Runtime", "Store", "Origins", "Settings", "CLinux", nioCore, logging]
        ),
        module(
            "Admin",
            [
                "Proxy", "Store", "Origins", "Settings", "Coding", "HTTPMessage", "HTTPCaching", "Runtime", nioCore,
                nioPosix, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ]
        ),
        module(
            "LarderKit",
            [
                "Admin", "Coding", "HTTPMessage", "Origins", "Proxy", "Runtime", "Settings", "Store", nioCore, nioPosix,
                logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "larder",
            dependencies: [
                "LarderKit", "Admin", "Coding", "HTTPMessage", "Proxy", "Settings", "Store", "CMimalloc", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["HTTPMessage", "Runtime", "Settings"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "LarderHarness",
            dependencies: [
                "LarderKit", "Admin", "HTTPMessage", "Origins", "Proxy", "Runtime", "Settings", "Store", "TestSupport",
                nioCore, logging,
            ],
            path: "Tests/LarderHarness",
            swiftSettings: settings
        ),
        tests("RuntimeTests", ["Runtime", "HTTPMessage", "TestSupport"]),
        tests("HTTPMessageTests", ["HTTPMessage", "TestSupport"]),
        tests("CodingTests", ["Coding"]),
        tests("HTTPCachingTests", ["HTTPCaching", "HTTPMessage", "TestSupport"]),
        tests(
            "StoreTests",
            ["Store", "HTTPCaching", "HTTPMessage", "Runtime", "TestSupport", nioCore, logging],
            excluding: ["Fixtures"]
        ),
        tests("OriginsTests", ["Origins", "HTTPMessage", "Runtime", "TestSupport", nioCore, logging]),
        tests("FleetTests", ["Fleet", "Coding", "HTTPMessage", "Runtime", "TestSupport"]),
        tests("SettingsTests", ["Settings", "HTTPMessage", "TestSupport"]),
        tests(
            "LarderKitTests",
            [
                "LarderKit", "Coding", "HTTPMessage", "Origins", "Runtime", "Settings", "Store", "TestSupport",
                nioCore, logging,
            ]
        ),
        tests(
            "ProxyTests",
            [
                "Proxy", "HTTPCaching", "HTTPMessage", "Origins", "Runtime", "Settings", "Store", "TestSupport",
                nioCore, logging,
            ]
        ),
        tests(
            "AdminTests",
            [
                "LarderHarness", "Admin", "Coding", "HTTPMessage", "Proxy", "Runtime", "Store", "Origins", "Settings",
                "TestSupport", nioCore, nioPosix,
            ]
        ),
        tests(
            "ScenarioTests",
            [
                "LarderHarness", "Proxy", "Store", "Origins", "Settings", "HTTPMessage", "HTTPCaching", "Runtime",
                "TestSupport", nioCore, nioPosix, logging,
            ]
        ),
    ]
)
