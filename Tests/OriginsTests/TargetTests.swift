// What becomes of a target on its way to an origin, and where a redirect leads: the pure parts.

import HTTPMessage
import TestSupport
import Testing

@testable import Origins

@Suite("targets on their way to an origin") struct TargetTests {
    @Test(
        "whole segments are stripped, or the target is none of the origin's",
        arguments: [
            ("/images", "/images/a.jpg", "/a.jpg"), ("/images", "/images", "/"), ("/images", "/images?w=1", "/?w=1"),
            ("/images", "/images/?w=1", "/?w=1"), ("/images", "/images//a.jpg", "//a.jpg"),
            ("/images", "/images-old/a.jpg", nil), ("/images", "/image", nil), ("/images", "/a.jpg", nil),
            ("/images", "/IMAGES/a.jpg", nil), ("/a/b", "/a/b/c?/a/b", "/c?/a/b"), ("/a/b", "/a/c", nil),
            ("/images", "/x?/images/a", nil),
        ]
    )
    func strip(prefix: String, target: String, result: String?) {
        #expect(StrippedPrefix(prefix).strip(target) == result)
    }

    @Test("where letter case does not count, it does not count here") func stripFolded() {
        let prefix = StrippedPrefix("/Images", ignoresCase: true)
        #expect(prefix.strip("/iMAGES/A.jpg") == "/A.jpg")
        // '@' and '`' differ by the bit of case as well, and are no letters.
        #expect(StrippedPrefix("/@", ignoresCase: true).strip("/`/a") == nil)
    }

    @Test(
        "a key is decoded once and encoded as SigV4 has it; the query does not go on",
        arguments: [
            ("/a.jpg", "/a.jpg"), ("/a.jpg?w=1&acl", "/a.jpg"), ("/a%20b+c.jpg", "/a%20b%2Bc.jpg"),
            ("/%C3%BC.jpg", "/%C3%BC.jpg"), ("/%c3%bc.jpg", "/%C3%BC.jpg"), ("/a%2Fb.jpg", "/a/b.jpg"),
            ("/a%252Fb.jpg", "/a%252Fb.jpg"),
            ("/a=b&c;d:e@f!$'()*,.jpg", "/a%3Db%26c%3Bd%3Ae%40f%21%24%27%28%29%2A%2C.jpg"),
            ("/~a-b._c", "/~a-b._c"), ("/a//b.jpg", "/a//b.jpg"), ("/a/", "/a/"),
            ("/%3Flist-type=2", "/%3Flist-type%3D2"),
            ("/..a/b..", "/..a/b.."),
        ]
    )
    func key(target: String, path: String) {
        #expect(ObjectKey.path(target) == path)
    }

    @Test(
        "what is no key of an object is not asked for: the bucket's list, ways out of it, bytes that no key has",
        arguments: [
            "/", "/?list-type=2", "//", "/%2F", "///", "/..", "/../other/secret.jpg", "/a/../../other/x",
            "/%2e%2e/other/x",
            "/..%2Fother%2Fx", "/./a.jpg", "/a%00.jpg", "/a%0Ab.jpg", "/%FF.jpg", "/%zz", "/%",
            "/" + String(repeating: "x", count: 1025),
        ]
    )
    func noKey(target: String) {
        #expect(ObjectKey.path(target) == nil)
    }

    @Test(
        "a store's server follows from endpoint, region and bucket",
        arguments: [
            (nil, nil, "s3://pics/site", "https://pics.s3.eu-central-1.amazonaws.com", "/site/a.jpg"),
            (nil, nil, "s3://pics.example.com", "https://s3.eu-central-1.amazonaws.com", "/pics.example.com/a.jpg"),
            (nil, true, "s3://pics", "https://s3.eu-central-1.amazonaws.com", "/pics/a.jpg"),
            ("http://127.0.0.1:9000", nil, "s3://pics/my%20site", "http://127.0.0.1:9000", "/pics/my%20site/a.jpg"),
            ("http://127.0.0.1:9000/s3", nil, "s3://pics/", "http://127.0.0.1:9000", "/s3/pics/a.jpg"),
            ("https://store.lan", false, "s3://pics/x", "https://pics.store.lan", "/x/a.jpg"),
        ] as [(String?, Bool?, String, String, String)]
    )
    func store(endpoint: String?, pathStyle: Bool?, url: String, base: String, target: String) throws {
        let store = ObjectStore(
            endpoint: endpoint.map { OriginURL(test: $0) },
            region: "eu-central-1",
            usesPathStyle: pathStyle,
            accessKey: "a",
            secretKey: "b"
        )
        let service = try #require(HTTPService(OriginSettings(url: OriginURL(test: url), store: store)))
        #expect(service.base == base)
        #expect(service.target(for: "/a.jpg?w=1") == target)
    }

    @Test(
        "RFC 3986 §5: a redirect's reference is relative to what was asked for",
        arguments: [
            ("/b.jpg", "files.lan:80", "/b.jpg"), ("b.jpg", "files.lan:80", "/dir/b.jpg"),
            ("../b.jpg?x=1#top", "files.lan:80", "/b.jpg?x=1"), ("?x=1", "files.lan:80", "/dir/a.jpg?x=1"),
            ("//Other.lan/b.jpg", "other.lan:80", "/b.jpg"), ("http://files.lan:80", "files.lan:80", "/"),
            ("http://[::1]:8080/b", "[::1]:8080", "/b"), ("/a b.jpg", "files.lan:80", "/a%20b.jpg"),
            ("http://127.1/b", "127.0.0.1:80", "/b"), ("http://0x7f000001/b", "127.0.0.1:80", "/b"),
        ]
    )
    func location(reference: String, authority: String, target: String) throws {
        let location = try #require(Location(base: "http://files.lan", target: "/dir/a.jpg?w=2", reference: reference))
        #expect(location.authority == authority)
        #expect(location.target == target)
        #expect(!location.hasUser)
    }

    @Test("a reference with a scheme or a user of its own is known for what it is") func foreignLocations() {
        func read(_ reference: String) -> Location? { Location(base: "http://a", target: "/", reference: reference) }
        #expect(read("https://a/")?.scheme == "https")
        #expect(read("ftp://a/")?.scheme == "ftp")
        #expect(read("http://me:word@a/")?.hasUser == true)
        for reference in ["http://", "http://a:99999/", "file:///etc/passwd", "http://a b/"] {
            #expect(read(reference)?.scheme != "http", "\(reference)")
        }
    }

    @Test(
        "RFC 6890: which addresses are public",
        arguments: [
            ([8, 8, 8, 8], true), ([1, 1, 1, 1], true), ([172, 15, 0, 1], true), ([172, 32, 0, 1], true),
            ([100, 63, 0, 1], true), ([100, 128, 0, 1], true), ([223, 255, 255, 255], true), ([192, 0, 1, 1], true),
            ([0, 0, 0, 0], false), ([10, 1, 2, 3], false), ([100, 64, 0, 1], false), ([100, 127, 255, 255], false),
            ([127, 0, 0, 1], false), ([127, 255, 0, 1], false), ([169, 254, 169, 254], false),
            ([172, 16, 0, 1], false),
            ([172, 31, 255, 255], false), ([192, 0, 0, 8], false), ([192, 0, 2, 1], false), ([192, 168, 0, 1], false),
            ([198, 18, 0, 1], false), ([198, 19, 255, 1], false), ([198, 51, 100, 1], false),
            ([203, 0, 113, 1], false),
            ([224, 0, 0, 1], false), ([240, 0, 0, 1], false), ([255, 255, 255, 255], false),
            (v6([0x2A00, 1, 2, 3, 4, 5, 6, 7]), true), (v6([0x2001, 0x4860, 0, 0, 0, 0, 0, 1]), true),
            (v6([0, 0, 0, 0, 0, 0, 0, 0]), false), (v6([0, 0, 0, 0, 0, 0, 0, 1]), false),
            (v6([0xFC00, 0, 0, 0, 0, 0, 0, 1]), false), (v6([0xFDFF, 0, 0, 0, 0, 0, 0, 1]), false),
            (v6([0xFE80, 0, 0, 0, 0, 0, 0, 1]), false), (v6([0xFF02, 0, 0, 0, 0, 0, 0, 1]), false),
            (v6([0x2001, 0x0DB8, 0, 0, 0, 0, 0, 1]), false), (v6([0x2001, 0, 0, 0, 0, 0, 0, 1]), false),
            (v6([0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1]), false), (v6([0, 0, 0, 0, 0, 0xFFFF, 0x0808, 0x0808]), true),
            (v6([0x64, 0xFF9B, 0, 0, 0, 0, 0x0A00, 1]), false), (v6([0x64, 0xFF9B, 0, 0, 0, 0, 0x0808, 0x0808]), true),
            (v6([0x2002, 0xC0A8, 1, 0, 0, 0, 0, 1]), false), (v6([0x2002, 0x0808, 0x0808, 0, 0, 0, 0, 1]), true),
            (v6([0, 0, 0, 0, 0, 0, 0x7F00, 1]), false), ([], false),
        ] as [([UInt8], Bool)]
    )
    func address(bytes: [UInt8], isPublic: Bool) {
        #expect(NetworkAddress.isPublic(bytes) == isPublic)
    }
}

private func v6(_ groups: [UInt16]) -> [UInt8] {
    groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
}
