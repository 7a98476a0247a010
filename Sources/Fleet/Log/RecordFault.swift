// Value. Why a node does not understand a record. A purge must not be dropped in silence, so the node then doubts all it has
// (F16: a farm of different versions never drops an unknown record).

package enum RecordFault: Error, Hashable, Sendable {
    case version(Int)
    case kind(String)
    case ruleKind(String)
    case tooLarge(Int)
    /// Not larder's, or cut.
    case malformed(String)

    /// For the counter.
    package var reason: DoubtReason {
        switch self {
        case .version, .kind, .ruleKind: .unknownRecord
        case .tooLarge, .malformed: .brokenRecord
        }
    }
}
