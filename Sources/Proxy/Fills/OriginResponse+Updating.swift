// The fields of an origin's response with which it updates a stored one.

import HTTPMessage
import Origins

extension OriginResponse {
    /// The fields that replace those of a stored response.
    ///
    /// Larder is added to Via if the response has one. A response without a Date gets the time of its arrival (RFC 9110 §6.6.1):
    /// it would be as old as the stored response otherwise.
    var updatingFields: Fields {
        var fields = fields
        if fields.contains("Via") { fields.append(contentsOf: Via.line(received: version)) }
        if !fields.contains("Date") { fields.append(name: "Date", value: HTTPDate.format(responseTime)) }
        return fields
    }
}
