// Loop-confined, without state. How a request's task asks the origins: as the leader or a follower of a fill, or alone.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Runtime
import Store
import Synchronization

enum Forwarding {
    /// Leads the fill of the key, or follows the one under way.
    static func join(_ purpose: Fill.Purpose, _ reason: ForwardReason, isCounted: Bool, for task: RequestTask) {
        let counters = task.loop.counters
        if !isCounted { counters.add(reason.counter) }
        guard !refuseLoop(task) else { return }
        switch place(for: purpose, task, task.state.fillWish) {
        case .leader(let fill, let permit):
            // Looked at again after the fill is in the table; see `FillTable`.
            guard !hasStoreChanged(for: task) else {
                permit.end()
                return task.report { state, _ in state.isOutdated() }
            }
            task.join(fill, purpose, reason, as: .leader)
            fill.start(fillRequest(for: purpose, task), permit)
        case .follower(let fill):
            counters.add(.followers)
            task.join(fill, purpose, reason, as: .follower)
        case .full:
            counters.add(.limitFills)
            pass(reason, isCounted: true, for: task)
        }
    }

    private static func place(
        for purpose: Fill.Purpose,
        _ task: RequestTask,
        _ wish: FillTable.Wish
    ) -> FillTable.Place {
        task.loop.proxy.fills.join(fillKey(task), claim(for: purpose, task), wish: wish)
    }

    /// Whether the store has changed since the last look-up, as long as look-ups are left.
    private static func hasStoreChanged(for task: RequestTask) -> Bool {
        task.state.mayLookAgain && Lookups.find(task).sightings != task.state.sightings
    }

    /// What identifies a fill: the key and, if it is known by which fields the URI varies, the variant.
    static func fillKey(_ task: RequestTask) -> FillTable.Key {
        FillTable.tableKey(task.request.key, task.state.varyNames, task.variantKey)
    }

    /// Asks the origin for this client alone; nothing is stored.
    static func pass(_ reason: ForwardReason, isCounted: Bool, for task: RequestTask) {
        let isOther = task.request.head.method == .other
        if !isCounted { task.loop.counters.add(isOther ? .passesMethod : .passes) }
        guard !refuseLoop(task) else { return }
        let upload = task.makeUpload()
        let request = request(for: task, isFill: false, body: upload?.body)
        let purpose = Fill.Purpose.pass(effect(task))
        let fill = Fill(claim(for: purpose, task))
        task.join(fill, purpose, reason, as: .pass)
        fill.start(fillRequest(request, task.request.head.method, task), nil)
        task.connection.wantsBody()
    }

    private static func effect(_ task: RequestTask) -> PassEffect {
        let request = task.request
        if !request.isSafe {
            let routes = task.loop.settings.routes
            return .invalidates(
                Invalidation(
                    method: request.methodText,
                    target: request.key,
                    clientHost: request.clientHost,
                    routes: routes
                )
            )
        }
        guard request.head.method == .head, let stored = task.state.stored else { return .none }
        return .updates(stored)
    }

    /// Validates what was just served stale, for the next client.
    static func validateInBackground(_ stored: Stored, for task: RequestTask) {
        // A fill whose response is in the store has brought what was just served.
        guard case .leader(let fill, let permit) = place(for: .validate(stored), task, .underWay) else { return }
        if hasStoreChanged(for: task) {
            permit.end()
        } else {
            fill.start(fillRequest(for: .validate(stored), task), permit)
        }
    }

    /// Asks the origin for the part of an interrupted body that the client lacks.
    /// - Parameters:
    ///   - missing: Offsets of the body.
    ///   - tag: The entity tag of the version that the client has begun to get.
    static func fetchRest(_ missing: Range<Int64>, _ tag: String, for task: RequestTask) {
        task.leaveFill()
        let request = request(for: task, isFill: true, validating: task.state.stored).changing { fields in
            fields.append(name: "Range", value: "bytes=\(missing.lowerBound)-\(missing.upperBound - 1)")
            fields.append(name: "If-Range", value: tag)
        }
        let fill = Fill(claim(for: .pass(.none), task))
        task.subscribe(to: fill, isLeader: true)
        fill.start(fillRequest(request, .get, task), nil)
    }

    /// Refuses a request that this larder has forwarded before (RFC 8586); false for others.
    private static func refuseLoop(_ task: RequestTask) -> Bool {
        let loopID = task.loop.settings.loopID
        guard task.request.hasPassed(loopID) else { return false }
        task.loop.counters.add(.loops)
        task.refuse(.loop(loopID), isForwarded: false)
        return true
    }

    // MARK: What the origins are asked for

    private static func claim(for purpose: Fill.Purpose, _ task: RequestTask) -> FillClaim {
        FillClaim(
            key: task.request.key,
            purpose: purpose,
            epoch: task.state.epoch,
            services: task.loop.fillServices(task.request.route)
        )
    }

    private static func fillRequest(for purpose: Fill.Purpose, _ task: RequestTask) -> FillRequest {
        let stored: Stored? = if case .validate(let stored) = purpose { stored } else { nil }
        return fillRequest(request(for: task, isFill: true, validating: stored), .get, task)
    }

    private static func fillRequest(
        _ request: OriginRequest,
        _ method: HTTPMessage.Method,
        _ task: RequestTask
    ) -> FillRequest {
        FillRequest(
            request: request,
            method: method,
            hasStandIn: task.state.hasFallback(at: task.loop.clock.now),
            asksForKept: task.state.keptTarget != nil
        )
    }

    /// What the origins are asked for.
    /// - Parameters:
    ///   - isFill: The answer may be stored: the whole is asked for, with no fields that are one client's.
    ///   - stored: What is validated: its origin is asked first, and no older copy is accepted.
    ///   - body: The request's own body.
    private static func request(
        for task: RequestTask,
        isFill: Bool,
        validating stored: Stored? = nil,
        body: OriginRequestBody? = nil
    ) -> OriginRequest {
        let (request, origins) = (task.request, task.loop.proxy.origins)
        let list = request.route.list
        return OriginRequest(
            list: list,
            method: isFill ? "GET" : request.methodText,
            target: task.state.keptTarget ?? request.ownTarget,
            clientHost: request.clientHost,
            fields: isFill ? task.fillFields : task.loop.settings.passFields(of: request),
            wantedRange: isFill && request.facts.isRange ? request.fields.combined("Range") : nil,
            preferred: stored.flatMap { origins.index(of: $0.facts.origin, in: list) },
            notOlderThan: stored.flatMap { $0.fields.first("Last-Modified") }.flatMap { HTTPDate.parse($0) },
            hasFallback: task.state.hasFallback(at: task.loop.clock.now),
            body: body,
            onlyFirst: !request.isSafe,
            expectsContinue: body != nil && request.head.expectsContinue,
            acceptsTrailers: request.acceptsTrailers
        )
    }
}

extension ForwardReason {
    /// What counts a request that is forwarded for this reason.
    fileprivate var counter: Counter {
        switch self {
        case .uriMiss, .miss: .missesURI
        case .varyMiss: .missesVary
        case .stale: .missesStale
        case .request, .bypass, .partial: .missesRequest
        case .method: .passesMethod
        }
    }
}

extension Fill: FollowedFill {
    var target: String { request.target }
}
