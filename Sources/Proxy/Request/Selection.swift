// A value. Which of the responses stored for a key a request selects (RFC 9111 §4.1). Pure.

import HTTPMessage
import Store

struct Selection {
    /// What the URI is known to vary by; empty where it is not known to vary.
    let varyNames: [String]
    /// The newest response that the request selects.
    let selected: Candidate?
    /// Something is stored that requests in every spelling of the path may select.
    let hasShared: Bool
    /// What holds for single spellings of the path, beside what all share: it is of no use any more.
    let outdone: [Candidate]
    /// The newest response that all spellings of the path share, where none is selected: it tells which was answered.
    let sibling: Candidate?

    /// Chooses.
    ///
    /// - Parameters:
    ///   - candidates: What a look-up found.
    ///   - store: Where it was found.
    ///   - now: The time.
    ///   - foldsCase: Spellings of the path share the key: what holds for one alone stands back behind what all share.
    ///   - variantKey: The text that names the variant the request selects among those that differ by some fields.
    init(
        from candidates: [Candidate],
        in store: Store,
        at now: WallTime,
        foldsCase: Bool,
        variantKey: ([String]) -> String
    ) {
        // What was born in the future was stored while the clock was ahead: anything else is taken to be newer.
        func birth(_ candidate: Candidate) -> WallTime {
            candidate.entry.bornAt <= now ? candidate.entry.bornAt : WallTime(secondsSinceEpoch: .min)
        }
        let shared =
            foldsCase ? candidates.filter { !Spelling.isAmong(store.varyNames(of: $0.entry)) } : candidates
        hasShared = !shared.isEmpty
        outdone =
            shared.isEmpty || shared.count == candidates.count
            ? [] : candidates.filter { Spelling.isAmong(store.varyNames(of: $0.entry)) }
        let candidates = shared.isEmpty ? candidates : shared
        let newest = candidates.filter { $0.entry.vary != 0 }.max { birth($0) < birth($1) }
        varyNames = newest.map { store.varyNames(of: $0.entry) } ?? []
        // What was stored before the URI began to vary says nothing of which request it is for.
        let since = newest.map(birth)
        selected = candidates.filter { candidate in
            Self.selects(candidate.entry, in: store, variantKey)
                && (candidate.entry.vary != 0 || since.map { birth(candidate) >= $0 } ?? true)
        }
        .max { birth($0) < birth($1) }
        sibling = foldsCase && selected == nil ? shared.max { birth($0) < birth($1) } : nil
    }

    /// Whether a request selects a stored response, as far as the directory tells, which has a hash of the variant's text.
    static func selects(_ entry: CatalogEntry, in store: Store, _ variantKey: ([String]) -> String) -> Bool {
        guard entry.vary != 0 else { return true }
        return variant(store.varyNames(of: entry), in: store, variantKey).map { store.matches(entry, $0) } ?? false
    }

    /// Whether a request selects a stored response whose record was read.
    static func selects(_ response: StoredResponse, in store: Store, _ variantKey: ([String]) -> String) -> Bool {
        variant(store.varyNames(of: response.entry), in: store, variantKey).map(response.isOf) ?? false
    }

    private static func variant(_ names: [String], in store: Store, _ variantKey: ([String]) -> String) -> Variant? {
        store.variant(names: names, selecting: variantKey(names))
    }
}
