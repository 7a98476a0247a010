// The fields of an origin's response with which it updates a stored one.

import HTTPMessage
import Origins

extension OriginResponse {
    /// The fields, with larder added to Via if the response has one: it replaces the stored Via.
    var fieldsWithVia: Fields {
        var fields = fields
        if fields.contains("Via") { fields.append(contentsOf: Via.line(received: version)) }
        return fields
    }
}
