// Value. Where a response of known length is to lie.

struct PlacedRecord {
    let volume: Volume
    let location: RecordLocation
    let isSingle: Bool
    let accesses: AccessCount
}
