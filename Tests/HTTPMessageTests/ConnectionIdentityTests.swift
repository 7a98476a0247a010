// Value. Which fields make a connection one person's.

import HTTPMessage
import Testing

@Suite("NTLM and Negotiate authenticate a connection (RFC 4559 §6)") struct ConnectionIdentityTests {
    @Test(
        "in any challenge of a list, in any letter case, with or without a token",
        arguments: [
            ("NTLM", true), ("Negotiate", true), ("negotiate", true), ("nTlM", true), ("NTLM TlRMTVNTUAACAAAA==", true),
            ("Negotiate\toYG2MIGz", true), ("Basic realm=\"a\", NTLM", true), ("Negotiate,NTLM", true),
            (", ,NTLM", true),
            ("Basic realm=\"a\", charset=\"UTF-8\", Negotiate YII=, Digest nonce=\"b\"", true),
            ("", false), ("Basic realm=\"NTLM\"", false), ("Basic realm=\"a, NTLM\"", false), ("NTLMv2", false),
            ("Basic realm=\"\\\", NTLM\"", false), ("Bearer negotiate", false), ("Digest ntlm=1", false),
            ("Basic TlRMTQ==", false), ("AWS4-HMAC-SHA256 Credential=a/b", false),
        ]
    )
    func schemes(value: String, expected: Bool) {
        for name in ["WWW-Authenticate", "www-authenticate", "Proxy-Authenticate"] {
            #expect(ConnectionIdentity.isAskedFor(in: Fields([(name, value)])) == expected)
            #expect(!ConnectionIdentity.isSent(in: Fields([(name, value)])))
        }
        for name in ["Authorization", "Proxy-Authorization"] {
            #expect(ConnectionIdentity.isSent(in: Fields([(name, value)])) == expected)
            #expect(!ConnectionIdentity.isAskedFor(in: Fields([(name, value)])))
        }
    }

    @Test("in any line of several")
    func lines() {
        let fields = Fields([("WWW-Authenticate", "Basic realm=\"a\""), ("WWW-Authenticate", "NTLM")])
        #expect(ConnectionIdentity.isAskedFor(in: fields))
        #expect(ConnectionIdentity.isCarried(by: Fields(), or: fields))
        #expect(!ConnectionIdentity.isCarried(by: Fields([("Accept", "NTLM")]), or: Fields([("X", "Negotiate")])))
    }
}
