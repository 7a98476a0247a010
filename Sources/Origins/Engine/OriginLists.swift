// Confined to the origin thread, immutable, with references to pools. Which origins may respond to a request.

/// The lists of origins, and the pools of all origins.
struct OriginLists {
    let pools: [OriginPool]
    private let lists: [[Int]]

    init(_ pools: [OriginPool], _ lists: [Range<Int>]) {
        self.pools = pools
        self.lists = lists.map { Array($0) }
    }

    /// The origins that may respond to a request, in their order.
    func origins(of request: OriginRequest) -> [Int] {
        let all = lists[request.list]
        let mayAnswer = { [pools] (index: Int) in pools[index].origin.target(of: request) != nil }
        // Most often all may, and no other array is needed.
        return all.allSatisfy(mayAnswer) ? all : all.filter(mayAnswer)
    }

    /// The origins to try for a request; a request that is sent only once has one.
    func order(of request: OriginRequest) -> AskingOrder {
        let list = origins(of: request)
        guard request.isSingle else { return AskingOrder(list, preferred: request.preferred) }
        return AskingOrder(list.first { pools[$0].settings.isAuthoritative }.map { [$0] } ?? Array(list.prefix(1)))
    }

    /// The first origin of a list.
    func first(of list: Int) -> Int { lists[list].first ?? 0 }

    /// Whether the server of an authority is an origin of the configuration.
    func isOrigin(_ authority: String) -> Bool {
        pools.contains { pool in
            if case .http(let service) = pool.origin.kind { service.authority == authority } else { false }
        }
    }
}
