// Value. The part of an Accept field that distinguishes variants of a picture.
//
// Part of Vary. Browsers send dozens of Accept texts, but a server that chooses between JPEG, WebP and AVIF needs to
// know only a few facts. Invariant: only clients that accept any image share a variant; a client that lists what it
// accepts, or refuses something, has its own.

import HTTPMessage

enum PictureAccept {
    /// Replaces Accept among the names of a Vary; no field can have this name.
    static let name = "accept:pictures"

    /// The types among `types` that an Accept names, in the given order, and a star; the exact normal form if it does
    /// not accept any image.
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
