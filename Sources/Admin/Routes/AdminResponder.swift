// Shared. The endpoints of the admin interface. Guard checks a request, then its endpoint responds. Every error becomes
// problem details here and nowhere else.

import Coding
import Hummingbird
import Origins
import Proxy
import Runtime
import Settings
import Store
import Synchronization

/// Answers every request of the admin interface.
final class AdminResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let parts: AdminParts
    /// The configuration in force; replaced by a reload.
    let configuration: Lock<Configuration>
    private let began: Instant

    init(_ parts: AdminParts, began: Instant) {
        self.parts = parts
        configuration = Lock(parts.configuration)
        self.began = began
    }

    private enum Endpoint: String, CaseIterable {
        case page = "/"
        case health = "/healthz"
        case readiness = "/readyz"
        case stats = "/stats"
        case metrics = "/metrics"
        case objects = "/objects"
        case explain = "/explain"
        case purge = "/purge"

        var isPublic: Bool { self == .health || self == .readiness }
        var allow: String { self == .purge ? "POST" : "GET, HEAD" }

        func allows(_ method: HTTPRequest.Method) -> Bool {
            self == .purge ? method == .post : method == .get || method == .head
        }
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let response: Response
        do {
            response = try await answer(request)
        } catch let refusal as AdminRefusal {
            response = refusal.response
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws -> Response {
        let endpoint = Endpoint(rawValue: request.uri.path)
        let current = configuration.withLock { $0 }
        let check = Guard(admin: current.admin)
        try check.checkSite(of: request)
        if endpoint?.isPublic != true { try check.checkToken(of: request) }
        guard let endpoint else {
            throw AdminRefusal(status: .notFound, detail: "There is nothing at \(request.uri.path).")
        }
        guard endpoint.allows(request.method) else {
            throw AdminRefusal(
                status: .methodNotAllowed,
                detail: "\(endpoint.rawValue) is asked with \(endpoint.allow).",
                allow: endpoint.allow
            )
        }
        switch endpoint {
        case .page: return StatusPage.response(figures)
        case .health: return health(isStrict: request.uri.queryParameters["strict"] != nil)
        case .readiness: return readiness
        case .stats: return .json(figures.json)
        case .metrics: return .text(MetricsText.page(figures), "text/plain; version=0.0.4; charset=utf-8")
        case .objects: return try await objects(request)
        case .explain: return try await explain(request)
        case .purge: return try await purge(request)
        }
    }

    /// What turns URLs and paths into keys.
    var keys: KeyText { KeyText(routes: parts.proxy.settings.routes) }

    /// The present figures.
    var figures: Figures {
        Figures(
            version: parts.version,
            lostMessages: parts.lostMessages(),
            uptime: Instant.now - began,
            queues: Queue.allCases.map { ($0, parts.timesFull($0)) },
            proxy: parts.proxy.statistics,
            store: parts.store.statistics,
            origins: parts.origins.statistics(),
            listNames: configuration.withLock { $0.originListNames },
            isReady: parts.proxy.isListening,
            maximumSize: configuration.withLock { $0.cache.maxSize },
            memoryLimit: configuration.withLock { $0.cache.memory }
        )
    }

    /// Whether larder is healthy.
    ///
    /// A monitor that looks only at the status asks for the strict response: 503 when degraded.
    private func health(isStrict: Bool) -> Response {
        let reasons = figures.troubles
        let body: JSON = [
            "status": reasons.isEmpty ? "ok" : "degraded", "reasons": .array(reasons.map { .string($0) }),
        ]
        return .json(body, isStrict && !reasons.isEmpty ? .serviceUnavailable : .ok)
    }

    private var readiness: Response {
        parts.proxy.isListening
            ? .json(["status": "ready"]) : .json(["status": "not ready"], .serviceUnavailable)
    }
}
