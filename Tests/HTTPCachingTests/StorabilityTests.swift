// Value. Which responses are stored, and the name of each refusal.

import HTTPCaching
import HTTPMessage
import Testing

@Suite("RFC 9111 §3: storing")
struct StorabilityTests {
    @Test(
        "each refusal, by its rule",
        arguments: [
            (200, "", "Cache-Control: no-store, max-age=60", Storability.Refusal.noStore),
            (200, "", "Cache-Control: private, max-age=60", .isPrivate),
            (200, "", "Cache-Control: private=, max-age=60", .isPrivate),
            (200, "Cache-Control: no-store", "Cache-Control: max-age=60", .requestNoStore),
            (200, "Authorization: NTLM x", "Cache-Control: public, max-age=60", .connectionIdentity),
            (200, "", "WWW-Authenticate: Basic realm=\"a\", negotiate\nCache-Control: max-age=60", .connectionIdentity),
            (401, "", "WWW-Authenticate: Basic realm=\"a\"\nWWW-Authenticate: NTLM", .connectionIdentity),
            (200, "", "Proxy-Authenticate: Negotiate x\nCache-Control: public, max-age=60", .connectionIdentity),
            (200, "Authorization: x", "Cache-Control: max-age=60", .authorization),
            (200, "Authorization: x", "Cache-Control: max-age=60, proxy-revalidate", .authorization),
            (200, "", "Vary: *\nCache-Control: max-age=60", .varyAny),
            (200, "", "Vary: a\nVary: b, *\nCache-Control: max-age=60", .varyAny),
            (200, "", "Vary: a b\nCache-Control: max-age=60", .varyAny),
            (206, "", "Cache-Control: max-age=60", .partialContent),
            (304, "", "Cache-Control: max-age=60", .status),
            (100, "", "Cache-Control: max-age=60", .status),
            (600, "", "Cache-Control: max-age=60", .status),
            (416, "Range: bytes=0-1", "Cache-Control: max-age=60", .status),
            (299, "", "Cache-Control: must-understand, max-age=60", .status),
            (299, "", "Cache-Control: must-understand, no-store, max-age=60", .status),
            (200, "", "Set-Cookie: a=b", .setCookie),
            (200, "", "Set-Cookie: a=b\nLast-Modified: \(date(-500))", .setCookie),
            (200, "", "Cache-Control: max-age=0", .noFreshness), (200, "", "Expires: 0", .noFreshness),
            (200, "", "Cache-Control: no-cache", .noFreshness),
            (200, "", "Cache-Control: no-cache, max-age=60", .noFreshness),
            (200, "", "Cache-Control: max-age=60\nAge: 60", .noFreshness),
            (302, "", "", .noFreshness), (200, "", "Cache-Control: max-age=0\nETag:", .noFreshness),
        ]
    )
    func refused(status: Int, request: String, response: String, refusal: Storability.Refusal) {
        #expect(decide(response, status: status, request: request) == .refused(refusal))
    }

    @Test(
        "what is stored, and the flags it gets",
        arguments: [
            (200, "", "Cache-Control: max-age=60", StoredFacts.Flags()), (200, "", "", .fromHeuristic),
            (200, "", "Cache-Control: max-age=0\nETag: \"a\"", .hasETag),
            (200, "", "Cache-Control: no-cache\nETag: \"a\"", [.hasETag, .noCache, .fromHeuristic]),
            (200, "", "Cache-Control: max-age=0\nLast-Modified: \(date(-9))", .hasLastModified),
            (200, "", "Cache-Control: max-age=60, must-revalidate", .mustRevalidate),
            (200, "", "Cache-Control: max-age=60, immutable", .immutable),
            (200, "", "Vary: Accept\nCache-Control: max-age=60", .hasVary),
            (200, "", "Vary:\nCache-Control: max-age=60", .hasVary),
            (200, "Authorization: x", "Cache-Control: max-age=60, public", []),
            (200, "Authorization: x", "Cache-Control: s-maxage=60", .mustRevalidate),
            (200, "Authorization: x", "Cache-Control: max-age=60, must-revalidate", .mustRevalidate),
            (200, "", "Cache-Control: max-age=60, private=\"x\"", []),
            (200, "", "Cache-Control: max-age=60, no-cache=\"x\"", []),
            (200, "", "Cache-Control: max-age=60, must-understand, no-store", []),
            (200, "", "Set-Cookie: a\nCache-Control: max-age=60", .hasSetCookie),
            (200, "", "Set-Cookie: a\nCache-Control: public", [.fromHeuristic, .hasSetCookie]),
            (200, "", "Pragma: no-cache\nCache-Control: max-age=60", []),
            (599, "", "Cache-Control: max-age=60", .isNegative), (404, "", "", [.isNegative, .fromHeuristic]),
        ] as [(Int, String, String, StoredFacts.Flags)]
    )
    func stored(status: Int, request: String, response: String, flags: StoredFacts.Flags) throws {
        let facts = try #require(storedFacts(response, status: status, request: request))
        #expect(facts.flags == flags)
        #expect(facts.status == UInt16(status))
    }

    @Test("§3: only GET is stored", arguments: [Method.head, .other])
    func method(method: Method) {
        #expect(decide("Cache-Control: max-age=60", method: method) == .refused(.method))
    }

    @Test("a default of 0 stores nothing that says nothing")
    func noDefault() {
        let none = CachingRules(defaultTTL: 0)
        #expect(decide("", rules: none) == .refused(.noFreshness))
        #expect(storedFacts("ETag: \"a\"", rules: none)?.freshUntil == born)
    }

    @Test(
        "set_cookie: what strip, refuse and keep make of a response that sets a cookie",
        arguments: [
            (.strip, "", [.fromHeuristic, .setCookieStripped]),
            (.strip, "Cache-Control: max-age=60", .setCookieStripped),
            (.strip, "Cache-Control: private", nil), (.refuse, "", nil), (.refuse, "Cache-Control: max-age=60", nil),
            (.refuse, "Cache-Control: public, max-age=60", nil), (.keep, "", nil),
            (.keep, "Cache-Control: max-age=60", .hasSetCookie),
            (.keep, "Cache-Control: public", [.fromHeuristic, .hasSetCookie]),
        ] as [(SetCookieRule, String, StoredFacts.Flags?)]
    )
    func setCookie(rule: SetCookieRule, response: String, flags: StoredFacts.Flags?) {
        var own = rules
        own.setCookie = rule
        for cookie in ["Set-Cookie: a=b", "set-cookie: a=b\nSet-Cookie: c=d"] {
            #expect(storedFacts("\(cookie)\n\(response)", rules: own)?.flags == flags)
        }
        #expect(
            storedFacts(response, rules: own)?.flags.isDisjoint(with: [.setCookieStripped, .hasSetCookie]) != false
        )
    }

    @Test(
        "set_cookie: what is stored of the fields, and what the client whose request it was gets besides",
        arguments: [
            (.strip, true, "", "a,c"), (.refuse, true, "", "a,c"), (.keep, true, "a,c", nil), (.strip, false, "", nil),
        ] as [(SetCookieRule, Bool, String, String?)]
    )
    func cookieFields(rule: SetCookieRule, hasCookie: Bool, stored: String, own: String?) {
        let response = fields("ETag: \"1\"\n" + (hasCookie ? "Set-Cookie: a\nset-cookie: c" : ""))
        let split = StoredHead.split(response, setCookie: rule, responseTime: born)
        #expect(split.stored.all("Set-Cookie").joined(separator: ",") == stored)
        #expect(split.own?.all("Set-Cookie").joined(separator: ",") == own)
        #expect(split.stored.first("ETag") == "\"1\"")
        let freshened = Freshening.freshen(fields("ETag: \"1\""), with: response, setCookie: rule)
        #expect(freshened.all("Set-Cookie").joined(separator: ",") == stored)
    }

    @Test("§3.1: what is stored concerns the response alone")
    func storedHead() {
        let response = fields(
            """
            Connection: X-Hop, close
            X-Hop: 1
            Keep-Alive: 5
            Transfer-Encoding: chunked
            Age: 5
            Warning: 110 - x
            Cache-Control: max-age=9, no-cache="Set-Cookie", private="X-User, Content-Length"
            set-cookie: a
            x-user: b
            Content-Length: 5
            X-End: 1
            x-end: 2
            """
        )
        #expect(
            StoredHead.split(response, responseTime: born).stored
                == Fields([
                    ("Cache-Control", "max-age=9, no-cache=\"Set-Cookie\", private=\"X-User, Content-Length\""),
                    ("X-End", "1"), ("x-end", "2"), ("Date", date(0)),
                ])
        )
        #expect(StoredHead.split(fields("Date: \(date(-5))"), responseTime: born).stored == fields("Date: \(date(-5))"))
    }

    @Test("RFC 9110 §15.4.5: what a 304 carries")
    func notModified() {
        let stored =
            "Content-Type: a/b\nContent-Length: 5\nCache-Control: x\nDate: d\nExpires: e\nVary: v\nContent-Location: l\nLast-Modified: m"
        let kept = "Cache-Control: x\nDate: d\nExpires: e\nVary: v\nContent-Location: l\n"
        #expect(StoredHead.notModifiedFields(from: fields(stored)) == fields(kept + "Last-Modified: m"))
        #expect(StoredHead.notModifiedFields(from: fields(stored + "\nETag: t")) == fields(kept + "ETag: t"))
    }
}
