// Value. What a 304, or the response to a HEAD, makes of a stored response (RFC 9111 §4.3.4, §4.3.5).

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store

struct Revalidation {
    let stored: Stored
    let response: OriginResponse
    let claim: FillClaim
    /// The fields that the origin got.
    let request: Fields

    private var route: Route { claim.services.route }

    /// The stored fields, updated by those of a 304.
    var fields: Fields {
        Freshening.freshen(stored.fields, with: response.updatingFields, setCookie: route.rules.setCookie)
    }

    /// The Set-Cookie lines of a 304 that are not kept with what it freshens: its leader's.
    var cookies: Fields {
        guard route.rules.setCookie != .keep, response.fields.contains("Set-Cookie") else { return Fields() }
        return Fields(response.fields.all("Set-Cookie").map { ("Set-Cookie", $0) })
    }

    /// What becomes of the stored response under new fields: its facts, or why it may not be stored any more.
    func storability(under fields: Fields) -> Storability {
        guard !ConnectionIdentity.isCarried(by: request, or: response.fields) else {
            return .refused(.connectionIdentity)
        }
        var decided = fields
        if let age = response.fields.first("Age") { decided.append(name: "Age", value: age) }
        decided.append(contentsOf: cookies)
        let storability = Storability.decide(
            method: .get,
            request: request,
            status: stored.status,
            response: decided,
            requestTime: response.requestTime,
            responseTime: response.responseTime,
            rules: route.rules(for: claim.key, status: stored.status, decided)
        )
        guard case .storable(var facts) = storability else { return storability }
        facts.origin = stored.facts.origin
        // It came without its cookie, whatever the 304 sets.
        facts.flags.formUnion(stored.facts.flags.intersection(.setCookieStripped))
        return .storable(facts)
    }

    /// The stored response with new fields and facts.
    func freshened(_ fields: Fields, _ facts: StoredFacts) -> Stored {
        stored.freshened(head: ByteBuffer(head: stored.status, fields: fields), fields: fields, facts: facts)
    }

    /// The stored response for the client that asked, if the 304 makes it one that must not be stored any more.
    func refused(_ fields: Fields) -> Stored {
        var facts = stored.facts
        facts.bornAt = FillHead.bornAt(response)
        return freshened(fields, facts)
    }

    /// Writes a new head and new facts over the stored ones.
    func keep(_ freshened: Stored) {
        claim.services.store.freshen(
            stored.entry,
            key: claim.key,
            head: freshened.head,
            target: stored.target,
            facts: freshened.facts,
            epoch: claim.epoch,
            groups: CacheGroups.names(in: freshened.fields)
        )
    }

    /// Updates the stored response to GET by the response to a HEAD (RFC 9111 §4.3.5).
    func update() {
        let outcome = HeadUpdate.outcome(
            stored: stored.fields,
            storedStatus: stored.status,
            length: stored.bodyLength,
            status: response.status,
            response: response.updatingFields,
            setCookie: route.rules.setCookie
        )
        switch outcome {
        case .none: break
        case .freshened(let fields):
            switch storability(under: fields) {
            case .storable(let facts):
                claim.services.counters.add(.validated)
                keep(freshened(fields, facts))
            // What one person's connection says changes nothing for the others.
            case .refused(.connectionIdentity): break
            case .refused: outdate()
            }
        case .changed: outdate()
        }
    }

    /// The stored response is stale from now on, whatever it allows otherwise.
    private func outdate() {
        var facts = stored.facts
        facts.freshUntil = facts.bornAt
        facts.staleWhileRevalidate = 0
        facts.staleIfError = 0
        facts.flags.insert(.mustRevalidate)
        keep(stored.freshened(head: stored.head, fields: stored.fields, facts: facts))
    }
}
