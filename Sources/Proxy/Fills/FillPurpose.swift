// Value. What a fill is for, and what it adds to its request.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins

extension Fill {
    enum Purpose: Sendable {
        /// Nothing usable is stored.
        case fill
        /// A stored response is to be validated.
        indirect case validate(Stored)
        /// A part is stored, with this body: the rest is requested (RFC 9111 §3.4).
        indirect case complete(Stored, ByteBuffer)
        /// One client's alone; what its response does to stored responses.
        indirect case pass(PassEffect)

        /// A request with the fields that make it conditional, or ask for the rest of a part.
        func applied(to request: OriginRequest) -> OriginRequest {
            switch self {
            case .fill, .pass: return request
            case .validate(let stored):
                let conditions = Conditional.validationFields(storedHead: stored.fields)
                return request.changing { $0.append(contentsOf: conditions) }
            case .complete(let stored, _):
                guard let rest = stored.part?.rest, let tag = stored.fields.first("ETag") else { return request }
                return request.changing { fields in
                    fields.append(name: "Range", value: rest)
                    fields.append(name: "If-Range", value: tag)
                }
            }
        }
    }
}
