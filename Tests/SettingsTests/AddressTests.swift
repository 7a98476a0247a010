// Listen addresses and origins' URLs: what is accepted, in which normal form, and what is refused with which hint.

import HTTPMessage
import Settings
import Testing

@Suite("listen addresses") struct ListenAddressTests {
    @Test(
        "an address is read",
        arguments: [
            ("127.0.0.1:8080", ListenAddress.tcp(host: "127.0.0.1", port: 8080)),
            ("[::1]:8080", .tcp(host: "::1", port: 8080)), ("LocalHost:0", .tcp(host: "localhost", port: 0)),
            ("[::ffff:10.0.0.1]:1", .tcp(host: "::ffff:10.0.0.1", port: 1)),
            ("unix:/run/larder/larder.sock", .unix(path: "/run/larder/larder.sock")),
            ("unix:sock", .unix(path: "/base/sock")),
        ]
    )
    func address(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(text, relativeTo: "/base") == address)
        #expect(try ListenAddress(address.description, relativeTo: "/base") == address)
    }

    @Test(
        "a wrong address says what is expected",
        arguments: [
            ("8080", "127.0.0.1:8080 for this machine only"), (":8080", "0.0.0.0:8080"), ("*:8080", "0.0.0.0:8080"),
            ("::1:8080", "not in brackets"), ("127.0.0.1", "has no port"), ("127.0.0.1:", "is not a port"),
            ("127.0.0.1:65536", "0 to 65535"), ("127.0.0.1:+80", "is not a port"), ("127.0.0.256:80", "is not a host"),
            ("/run/sock", "unix:/run/sock"), ("http://127.0.0.1:80", "is a URL"), ("unix:", "names no socket"),
            ("[1.2.3.4]:80", "is not an IPv6 address"), ("[::1]80", "is not [address]:port"),
            ("[1:2:3]:80", "is not a host"), ("[:::1]:80", "is not a host"), ("a b:80", "is not a host"),
            ("unix:/" + String(repeating: "x", count: 107), "at most 107"), ("", "has no host"),
        ]
    )
    func wrong(text: String, says words: String) {
        let mistake = #expect(throws: Mistake.self) { try ListenAddress(text) }
        #expect(mistake?.description.contains(words) == true, "\(mistake?.description ?? "")")
    }

    @Test(
        "two addresses overlap if binding both fails",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1:80", true), ("localhost:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "127.0.0.1:80", true), ("[::]:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:0", "127.0.0.1:0", false), ("[::1]:80", "127.0.0.1:80", false),
            ("0.0.0.0:80", "[::1]:80", false),
            ("unix:/a", "unix:/a", true), ("unix:/a", "unix:/b", false), ("unix:/a", "127.0.0.1:80", false),
        ]
    )
    func overlap(first: String, second: String, overlaps: Bool) throws {
        #expect(try ListenAddress(first).overlaps(ListenAddress(second)) == overlaps)
        #expect(try ListenAddress(second).overlaps(ListenAddress(first)) == overlaps)
    }

    @Test(
        "only loopback addresses and sockets are out of others' reach",
        arguments: [
            ("127.0.0.1:1", true), ("127.8.0.1:1", true), ("localhost:1", true), ("[::1]:1", true), ("unix:/s", true),
            ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false), ("web-1:1", false),
        ]
    )
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try ListenAddress(text).isLoopback == isLoopback)
    }
}

@Suite("origins' URLs") struct OriginURLTests {
    @Test(
        "a URL is read in its normal form",
        arguments: [
            ("http://Files-1.LAN/pictures/", "http://files-1.lan/pictures", "files-1.lan", 80, "/pictures"),
            ("HTTPS://files:443", "https://files", "files", 443, ""),
            ("http://[::1]:8080/a%20b", "http://[::1]:8080/a%20b", "::1", 8080, "/a%20b"),
            ("http://files:80/", "http://files", "files", 80, ""),
            ("http://files-1.lan", "http://files-1.lan", "files-1.lan", 80, ""),
            ("http://files-1.lan:8080/", "http://files-1.lan:8080", "files-1.lan", 8080, ""),
            ("http://[::1]:81/a/b", "http://[::1]:81/a/b", "::1", 81, "/a/b"),
            ("http://[::1]", "http://[::1]", "::1", 80, ""),
            ("http://files:443", "http://files:443", "files", 443, ""),
            ("https://files:80", "https://files:80", "files", 80, ""),
            ("file:///mnt/pictures/", "file:///mnt/pictures", "", 0, "/mnt/pictures"),
            ("file://localhost/mnt", "file:///mnt", "", 0, "/mnt"),
            ("file:samples", "file:///base/samples", "", 0, "/base/samples"),
            ("file:./samples", "file:///base/samples", "", 0, "/base/samples"),
            ("file:/mnt", "file:///mnt", "", 0, "/mnt"),
            ("file:///my%20pictures", "file:///my%20pictures", "", 0, "/my pictures"),
            ("file:///my pictures", "file:///my%20pictures", "", 0, "/my pictures"),
            ("s3://pictures.example/site/", "s3://pictures.example/site", "pictures.example", 0, "/site"),
            ("S3://pics", "s3://pics", "pics", 0, ""),
        ]
    )
    func url(text: String, normal: String, host: String, port: Int, path: String) throws {
        let url = try OriginURL(text, relativeTo: "/base")
        #expect(url.text == normal)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(try OriginURL(normal) == url)
        if url.port > 0 { #expect(url.text == "\(url.scheme.rawValue)://\(url.authority)\(path)") }
    }

    @Test(
        "a wrong URL says what is expected",
        arguments: [
            ("files-1.lan/pictures", "is not a URL"), ("files:8080/x", "expected http://files:8080/x"),
            ("ftp://files/x", "expected http, https, file or s3"), ("http://", "has no host"),
            ("http:files", "has no host"),
            ("http://files?x", "has a query"), ("http://files/#x", "has a query or a fragment"),
            ("http://me:word@files/", "Authorization"), ("http://files:0/", "1 to 65535"),
            ("http://files/a b", "percent-encoded"),
            ("http://files/%zz", "% without two hex digits"), ("http://files/../x", ".. segment"),
            ("http://-files/", "is not a host"), ("http://[fe80::1%25eth0]/", "has a zone"),
            ("file://server/share", "three slashes"),
            ("file:", "names no directory"), ("s3:pics", "names no bucket"), ("s3://", "is not the name of a bucket"),
            ("s3://Pics", "is not the name of a bucket"), ("s3://key:word@pics", "is not the name of a bucket"),
            ("s3://store.lan:9000/pics", "s3.endpoint"), ("s3://pics/../x", ".. segment"),
            ("s3://pics?x", "has a query"),
            ("file:///%00", "is not percent-encoded"), ("file:///%ff", "is not percent-encoded"), ("", "is not a URL"),
            ("files", "is not a URL"), ("http:/files", "has no host"), ("http://:80/", "has no host"),
            ("http://files:70000/", "1 to 65535"), ("http://files:x/", "is not a port"),
            ("http://user:secret@files/", "Authorization"), ("http://files/?q", "has a query"),
            ("http://fi les/", "percent-encoded"), ("http://files/\r\nX: y", "has the character"),
            ("file:///a%00b", "is not percent-encoded"), ("file:///%", "is not percent-encoded"),
        ]
    )
    func wrong(text: String, says words: String) {
        let mistake = #expect(throws: Mistake.self) { try OriginURL(text) }
        #expect(mistake?.description.contains(words) == true, "\(mistake?.description ?? "")")
    }

    @Test("a password in a URL is not repeated in the message") func password() {
        let mistake = #expect(throws: Mistake.self) { try OriginURL("http://me:word@files/") }
        #expect(mistake?.description.contains("word@") == false)
    }
}

@Suite("addresses of a running larder") struct AdminAddressTests {
    @Test(
        "an address is read",
        arguments: [
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081", nil), ("HTTP://Files.LAN", "http://files.lan:80", nil),
            ("https://ops.example.com", "https://ops.example.com:443", nil), ("http://[::1]:1/", "http://[::1]:1", nil),
            ("https://h:8443/larder1/", "https://h:8443/larder1", nil),
            ("unix:/run/l.sock", "http://localhost", "/run/l.sock"),
            ("unix:l.sock", "http://localhost", "/base/l.sock"),
        ] as [(String, String, String?)]
    )
    func address(text: String, base: String, socket: String?) throws {
        let address = try AdminAddress(text, relativeTo: "/base")
        #expect(address.base == base && address.socket == socket)
        #expect(try AdminAddress(address.description) == address)
    }

    @Test(
        "what is no address says what is expected",
        arguments: [
            "", "127.0.0.1:8081", "ftp://h", "http:/h", "http://", "http://u@h", "http://h:x", "http://h/a?b",
            "http://h/a b", "unix:",
        ]
    )
    func wrong(text: String) {
        #expect(throws: Mistake.self) { try AdminAddress(text) }
    }

    @Test("of an interface on every interface, the loopback one is asked")
    func listening() throws {
        let cases = [
            ("0.0.0.0:1", "http://127.0.0.1:1"), ("[::]:1", "http://[::1]:1"), ("10.0.0.1:1", "http://10.0.0.1:1"),
            ("unix:/s", "unix:/s"),
        ]
        for (text, address) in cases { #expect(AdminAddress(try ListenAddress(text)).description == address) }
    }

    @Test("a picture port is http without a path, or a socket")
    func pictures() throws {
        #expect(try ListenAddress(url: "http://10.0.0.1:8080/") == .tcp(host: "10.0.0.1", port: 8080))
        #expect(try ListenAddress(url: "unix:/s") == .unix(path: "/s"))
        for text in ["https://h", "http://h/a", "h:1"] {
            #expect(throws: Mistake.self) { try ListenAddress(url: text) }
        }
    }
}
