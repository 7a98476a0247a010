// Value. A refusal of the admin interface as problem details (RFC 9457), for commands and people.

import Coding
import Hummingbird

/// The reason why a request to the admin interface is refused.
struct AdminRefusal: Error, Sendable {
    let status: HTTPResponse.Status
    /// What is wrong, and what would be right.
    let detail: String
    /// The member or parameter that is wrong, such as `prefix[3]`; nil if it is neither.
    var field: String?
    /// The methods that are allowed, for 405.
    var allow: String?

    var response: Response {
        var members: [JSON.Member] = [
            .init("type", "about:blank"), .init("title", .string(status.reasonPhrase)),
            .init("status", .integer(status.code)), .init("detail", .string(detail)),
        ]
        if let field { members.append(.init("field", .string(field))) }
        var response = Response.text(JSON.object(members).description + "\n", "application/problem+json", status)
        if let allow { response.headers[.allow] = allow }
        if status == .unauthorized {
            // Basic is for browsers: the token is the password, and the name does not matter.
            response.headers[.wwwAuthenticate] = "Bearer realm=\"larder\", Basic realm=\"larder\", charset=\"UTF-8\""
        }
        return response
    }
}

extension Response {
    /// A response whose body is a text.
    static func text(_ body: String, _ type: String, _ status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    /// A response whose body is JSON.
    static func json(_ value: JSON, _ status: HTTPResponse.Status = .ok) -> Response {
        text(value.description + "\n", "application/json", status)
    }
}
