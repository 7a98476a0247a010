// Values. What readers see of a fill.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

extension Fill {
    /// How far it is.
    enum Progress: Sendable {
        case waiting
        case head(FillHead)
        /// The origin said 304: serve the stored response with this head and these facts; to its leader alone if it must not be
        /// stored any more, for this reason. The leader alone gets `own`, fields of the 304.
        indirect case notModified(Stored, Storability.Refusal?, own: Fields)
        /// The response is not for others: each follower asks for itself.
        case alone(FillHead)
        indirect case failed(OriginError)
        /// The store has changed since the leader looked: followers look again, as the leader does.
        case abandoned
    }

    /// What a reader gets next.
    enum Next: Sendable {
        case bytes(ByteBuffer)
        /// Bytes that left memory and are in the volume.
        case volume(Volume, Range<Int64>)
        case wait
        case end
        case broken
    }

    /// A 1xx head.
    struct Interim: Sendable {
        let status: Int
        let fields: Fields
    }
}
