// Loop-confined, without state. How a request's task asks the origins: as the leader or a follower of a fill, or alone.

import HTTPCaching
import HTTPMessage
import NIOCore
import Origins
import Store
import Synchronization

enum Forwarding {
    /// Leads the fill of the key, or follows the one under way.
    static func join(_ purpose: Fill.Purpose, _ reason: ForwardReason, isCounted: Bool, for task: RequestTask) {
        let counters = task.loop.counters
        if !isCounted { counters.add(reason.counter) }
        guard !refuseLoop(task) else { return }
        switch place(for: purpose, task, isUsable: { task.state.accepts(fillFrom: $0.began) }) {
        case .leader(let fill):
            task.join(fill, purpose, reason, as: .leader)
            fill.start()
        case .follower(let fill):
            counters.add(.followers)
            task.join(fill, purpose, reason, as: .follower)
        case .full:
            counters.add(.limitFills)
            pass(reason, isCounted: true, for: task)
        case .outdated: task.report { state, _ in state.isOutdated() }
        }
    }

    private static func place(
        for purpose: Fill.Purpose,
        _ task: RequestTask,
        isUsable: (Fill) -> Bool
    ) -> FillTable.Place {
        let key = fillKey(task)
        return task.loop.proxy.fills.join(key, limit: task.loop.settings.fills, isUsable: isUsable) {
            task.state.mayLookAgain && Lookups.find(task).sightings != task.state.sightings
        } make: {
            let stored: Stored? = if case .validate(let stored) = purpose { stored } else { nil }
            return makeFill(purpose, request(for: task, isFill: true, validating: stored), key, task)
        }
    }

    /// What fills are told apart by: the key and, where it is known what the URI varies by, the variant.
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
        let fill = makeFill(purpose, request, FillTable.Key(task.request.key), task)
        task.join(fill, purpose, reason, as: .pass)
        fill.start()
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
        // A fill whose answer is in the store has brought what was just served.
        let isUnderWay = { (fill: Fill) in !fill.hasArrived.load(ordering: .relaxed) }
        if case .leader(let fill) = place(for: .validate(stored), task, isUsable: isUnderWay) { fill.start() }
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
        let fill = makeFill(.pass(.none), request, FillTable.Key(task.request.key), task, method: .get)
        task.subscribe(to: fill, isLeader: true)
        fill.start()
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

    private static func makeFill(
        _ purpose: Fill.Purpose,
        _ request: OriginRequest,
        _ key: FillTable.Key,
        _ task: RequestTask,
        method: HTTPMessage.Method? = nil
    ) -> Fill {
        let isPass = if case .pass = purpose { true } else { false }
        return Fill(
            key: task.request.key,
            tableKey: key,
            purpose: purpose,
            request: request,
            method: method ?? (isPass ? task.request.head.method : .get),
            epoch: task.state.epoch,
            hasStandIn: task.state.hasFallback(at: SystemClock.now),
            asksForKept: task.state.keptTarget != nil,
            table: task.loop.proxy.fills,
            services: task.loop.fillServices(task.request.route)
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
            hasFallback: task.state.hasFallback(at: SystemClock.now),
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
