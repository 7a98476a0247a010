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
        module(
            "HTTPCaching",
            ["HTTPMessage", .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers")]
        ),
        module("Store", ["HTTPCaching", "HTTPMessage", "CISAL", "CLinux", "CSQLite", nioCore, nioPosix, logging]),
        module("Origins", ["HTTPMessage", "CCurl", "CLinux", nioCore, logging]),
        module("Settings", ["HTTPMessage", "Yams"]),
        module(
            "Proxy",
            ["HTTPMessage", "HTTPCaching", "Store", "Origins", "Settings", "CLinux", nioCore, nioPosix, logging]
        ),
        module(
            "Admin",
            [
                "Proxy", "Store", "Origins", "Settings", "HTTPMessage", "HTTPCaching", nioCore, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ]
        ),
        module(
            "LarderKit",
            [
                "Admin", "HTTPMessage", "Origins", "Proxy", "Settings", "Store", nioCore, nioPosix, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "larder",
            dependencies: [
                "LarderKit", "Admin", "HTTPMessage", "Proxy", "Settings", "Store", "CMimalloc", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "LarderHarness",
            dependencies: [
                "LarderKit", "Admin", "HTTPMessage", "Origins", "Proxy", "Settings", "Store", "TestSupport", nioCore,
                logging,
            ],
            path: "Tests/LarderHarness",
            swiftSettings: settings
        ),
        tests("HTTPMessageTests", ["HTTPMessage", "TestSupport"]),
        tests("HTTPCachingTests", ["HTTPCaching", "HTTPMessage", "TestSupport"]),
        tests(
            "StoreTests",
            ["Store", "HTTPCaching", "HTTPMessage", "TestSupport", nioCore, nioPosix, logging],
            excluding: ["Fixtures"]
        ),
        tests("OriginsTests", ["Origins", "HTTPMessage", "TestSupport", nioCore, logging]),
        tests("SettingsTests", ["Settings", "TestSupport"]),
        tests(
            "LarderKitTests",
            ["LarderKit", "Admin", "HTTPMessage", "Origins", "Settings", "Store", "TestSupport", nioCore, logging]
        ),
        tests(
            "ProxyTests",
            ["Proxy", "HTTPCaching", "HTTPMessage", "Origins", "Settings", "Store", "TestSupport", nioCore]
        ),
        tests(
            "AdminTests",
            ["LarderHarness", "Admin", "Proxy", "Store", "Origins", "Settings", "TestSupport", nioPosix]
        ),
        tests(
            "ScenarioTests",
            [
                "LarderHarness", "Proxy", "Store", "Origins", "Settings", "HTTPMessage", "HTTPCaching", "TestSupport",
                nioCore, nioPosix, logging,
            ]
        ),
    ]
)
