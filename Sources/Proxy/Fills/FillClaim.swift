// Value. What is known of a fill when it enters the table, before its leader has looked at the store once more.

import HTTPMessage
import NIOCore
import Runtime
import Store

struct FillClaim: Sendable {
    /// The cache key.
    let key: [UInt8]
    let purpose: Fill.Purpose
    /// The store's epoch before the leader looked the key up: what was purged since is not stored (invariant 4).
    let epoch: UInt32
    let services: FillServices
    /// Requests that arrived before this instant may use the response even if it is not fresh.
    let began = Instant.now

    /// True for a pass: it is one client's alone and has no place in the table.
    var isPass: Bool { if case .pass = purpose { true } else { false } }

    var isValidation: Bool { if case .validate = purpose { true } else { false } }

    /// What is remembered of a fill that ends now.
    func record(_ end: FillEffects.End) -> FillRecord {
        FillRecord(
            keyHash: key.withRawSpan { services.store.hash($0) },
            endedAt: services.clock.now,
            isValidation: isValidation,
            status: end.status,
            outcome: end.outcome,
            tried: end.tried
        )
    }
}
