// Which of a request's fields an origin gets.

import HTTPMessage

extension Exchange {
    /// The client's fields as they go on.
    ///
    /// A fill asks for the whole, whatever part of it or condition the client wants.
    func originFields(isFill: Bool) -> Fields {
        var fields = fields
        fields.removeHopByHop()
        fields.removeAll("Host")
        fields.removeAll("Expect")
        if isFill {
            for name in ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"] {
                fields.removeAll(name)
            }
        }
        fields.append(name: "Via", value: Via.value(receivedMinor: head.minorVersion))
        return fields
    }
}
