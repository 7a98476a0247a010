// Value. What of an Accept field tells variants of a picture apart.
//
// Part of Vary. Browsers send dozens of Accept texts that mean one of few things to whoever chooses between a JPEG, a
// WebP and an AVIF. Invariant: only a client that takes any image is given what another such client was; who names what
// it takes, or refuses something, has a variant of its own.

import HTTPMessage

enum PictureAccept {
    /// Stands for Accept among the names of a Vary; no field can have this name.
    static let name = "accept:pictures"

    /// The types among `types` that an Accept names, in the order given, and a star; the exact normal form where it does not take
    /// any image.
    static func normalized(_ accept: String?, types: [String]) -> String {
        // Without the field any type is acceptable (RFC 9110 §12.5.1).
        guard let accept else {
            return "*"
        }
        let members = FieldList.members(of: accept).map { member -> (type: String, weight: String?) in
            let parts = FieldList.parameters(of: member).map { FieldList.lowercased($0) }
            return (parts.first ?? "", parts.dropFirst().last { $0.hasPrefix("q=") })
        }
        let isRefusing = members.contains { $0.weight.map(isZero) ?? false }
        let takesAny = members.contains { $0.type == "*/*" || $0.type == "image/*" }
        guard takesAny, !isRefusing else {
            return VaryValue.normalized(accept, of: "accept")
        }
        let named = types.filter { type in members.contains { $0.type == type } }
        return (named + ["*"]).joined(separator: ",")
    }

    private static func isZero(_ weight: String) -> Bool {
        !weight.utf8.dropFirst(2).contains { $0 != 0x30 && $0 != 0x2E }
    }
}
