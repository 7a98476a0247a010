// Value. The target of a redirect, read by libcurl's own parser of URLs, so that the URL that is checked is the one
// that libcurl connects to.

import CCurl

/// The parts of an absolute URL.
struct Location: Equatable, Sendable {
    let scheme: String
    /// Host and port, always with the port; two URLs of one server have the same.
    let authority: String
    /// Path and query.
    let target: String
    /// Whether it contains a user name or a password.
    let hasUser: Bool

    /// Scheme and authority.
    var base: String { "\(scheme)://\(authority)" }

    /// Reads the value of a Location field, relative to the requested URL (RFC 9110 §10.2.2); nil if it is not a URL.
    ///
    /// - Parameters:
    ///   - base: Scheme and authority of the server that sent it.
    ///   - target: The requested target.
    ///   - reference: The field's value; nil for the URL of the request itself.
    init?(base: String, target: String, reference: String? = nil) {
        guard let url = unsafe curl_url() else { return nil }  // because the handle is this function's own
        defer { unsafe curl_url_cleanup(url) }  // because nobody else has it
        // because libcurl copies the texts
        guard unsafe curl_url_set(url, CURLUPART_URL, base + target, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else {
            return nil
        }
        if let reference {
            let flags = UInt32(CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME)
            // because libcurl copies the text
            guard unsafe curl_url_set(url, CURLUPART_URL, reference, flags) == CURLUE_OK else { return nil }
        }
        // because the handle lives until the end of this function
        let texts = [CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT, CURLUPART_PATH].map { unsafe text(url, $0) }
        guard let scheme = texts[0], let host = texts[1], !host.isEmpty, let port = texts[2], let path = texts[3] else {
            return nil
        }
        self.scheme = scheme.lowercased()
        authority = "\(host.lowercased()):\(port)"
        let query = unsafe text(url, CURLUPART_QUERY)  // because as above
        self.target = path + (query.map { "?\($0)" } ?? "")
        let user = [CURLUPART_USER, CURLUPART_PASSWORD].compactMap { unsafe text(url, $0) }  // because as above
        hasUser = !user.isEmpty
    }
}

/// A part of a URL, with the scheme's port if it has none of its own.
private func text(_ url: OpaquePointer, _ part: CURLUPart) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    // because the handle is the caller's, and the text is copied and given back
    guard unsafe curl_url_get(url, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK else { return nil }
    guard let text = unsafe text else { return nil }  // because as above
    defer { unsafe curl_free(text) }  // because as above
    return unsafe String(cString: text)  // because libcurl ends it with 0
}
