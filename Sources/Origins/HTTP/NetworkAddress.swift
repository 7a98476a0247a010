// Value. Which addresses belong to the public Internet (IANA's registries of special-purpose addresses, RFC 6890). A
// redirect may lead to them. It may not make larder send a request to a private machine that no origin list names.

/// Distinguishes public addresses from others.
enum NetworkAddress {
    /// Whether an address is public: four bytes of IPv4, or sixteen of IPv6.
    static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4: return !special.contains { $0.contains(bytes) }
        case 16:
            // The kernel or a gateway connects to the IPv4 address inside: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
            for (prefix, place) in embedding where prefix.contains(bytes) {
                return isPublic(Array(bytes[place..<place + 4]))
            }
            return globalUnicast.contains(bytes) && !specialUnicast.contains { $0.contains(bytes) }
        default: return false
        }
    }

    private struct Prefix {
        let bytes: [UInt8]
        let bits: Int

        func contains(_ address: [UInt8]) -> Bool {
            (0..<bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                return bytes[bit / 8] & mask == address[bit / 8] & mask
            }
        }
    }

    private static let special = [
        Prefix(bytes: [0], bits: 8),  // this network
        Prefix(bytes: [10], bits: 8),  // private
        Prefix(bytes: [100, 64], bits: 10),  // carriers' own
        Prefix(bytes: [127], bits: 8),  // loopback
        Prefix(bytes: [169, 254], bits: 16),  // link-local, and clouds' metadata
        Prefix(bytes: [172, 16], bits: 12),  // private
        Prefix(bytes: [192, 0, 0], bits: 24),  // protocol assignments
        Prefix(bytes: [192, 0, 2], bits: 24),  // documentation
        Prefix(bytes: [192, 88, 99], bits: 24),  // 6to4 relays
        Prefix(bytes: [192, 168], bits: 16),  // private
        Prefix(bytes: [198, 18], bits: 15),  // benchmarks
        Prefix(bytes: [198, 51, 100], bits: 24),  // documentation
        Prefix(bytes: [203, 0, 113], bits: 24),  // documentation
        Prefix(bytes: [224], bits: 3),  // multicast, reserved, broadcast
    ]
    private static let globalUnicast = Prefix(bytes: [0x20], bits: 3)
    private static let specialUnicast = [
        Prefix(bytes: [0x20, 0x01, 0, 0], bits: 23),  // protocol assignments, Teredo
        Prefix(bytes: [0x20, 0x01, 0x0D, 0xB8], bits: 32),  // documentation
        Prefix(bytes: [0x3F, 0xFF, 0], bits: 20),  // documentation
    ]
    /// The place of an embedded IPv4 address in an IPv6 address.
    private static let embedding = [
        (prefix: Prefix(bytes: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF], bits: 96), place: 12),
        (prefix: Prefix(bytes: [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8), bits: 96), place: 12),
        (prefix: Prefix(bytes: [0x20, 0x02], bits: 16), place: 2),
    ]
}
