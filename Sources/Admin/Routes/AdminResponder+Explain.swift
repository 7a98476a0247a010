// Shared. GET /explain: the stored responses of a URL, and the response that a request for it would get now. It changes
// nothing.

import HTTPMessage
import Hummingbird
import Proxy
import Runtime
import Synchronization

extension AdminResponder {
    func explain(_ request: Request) async throws(AdminRefusal) -> Response {
        let parameters = request.uri.queryParameters
        let urls = parameters[values: "url"]
        guard urls.count == 1, let url = urls.first.map(String.init), !url.isEmpty else {
            throw AdminRefusal(status: .badRequest, detail: "url must be one path or full URL.", field: "url")
        }
        let limits = parts.proxy.settings.requestLimits
        guard url.utf8.count <= limits.target else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "url has more than \(limits.target) bytes, the limit of request targets.",
                field: "url"
            )
        }
        let fields = try Self.fields(parameters[values: "header"].map(String.init), limits)
        // A path without a host is refused if only a host determines its key.
        guard try keys.keys(url, field: "url").count == 1 else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "\"\(url)\" has other keys on some hosts: give a full URL, http://HOST/PATH.",
                field: "url"
            )
        }
        let name = try keys.name(url, field: "url")
        let explanation: Explanation?
        do {
            explanation = try await parts.proxy.explain(path: name.target, host: name.host ?? "", fields: fields)
        } catch {
            throw AdminRefusal(status: .serviceUnavailable, detail: "larder is stopping.")
        }
        guard let explanation else {
            throw AdminRefusal(status: .badRequest, detail: "\"\(url)\" can be no key.", field: "url")
        }
        return .json(explanation.json(url: url, configuration.withLock { $0 }))
    }

    /// The fields of the request to explain, each as `Name: value`.
    private static func fields(_ texts: [String], _ limits: RequestLimits) throws(AdminRefusal) -> Fields {
        guard texts.count <= limits.fields, texts.reduce(0, { $0 + $1.utf8.count }) <= limits.head else {
            throw AdminRefusal(
                status: .badRequest,
                detail: "There are more than \(limits.fields) header fields or \(limits.head) bytes of them.",
                field: "header"
            )
        }
        var fields: [(String, String)] = []
        for (index, text) in texts.enumerated() {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, FieldList.isToken(String(parts[0])),
                parts[1].unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" })
            else {
                throw AdminRefusal(
                    status: .badRequest,
                    detail: "\"\(text)\" is not a header field such as Accept: image/webp.",
                    field: "header[\(index)]"
                )
            }
            guard FieldList.lowercased(String(parts[0])) != "host" else {
                throw AdminRefusal(status: .badRequest, detail: "The URL names the host.", field: "header[\(index)]")
            }
            fields.append((String(parts[0]), FieldList.trimmed(String(parts[1]))))
        }
        return Fields(fields)
    }
}
