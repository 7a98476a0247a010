// Value. How an origin gets a request: as a read of a file, over HTTP, or not at all. Pure.

/// What becomes of a request at one origin.
enum AttemptPlan {
    case file(FileOrigin, FileRequest)
    case http(HTTPService, target: String)
    /// The origin cannot have a response: larder answers with this status.
    case answer(Int)
    /// It cannot be written as a message of HTTP.
    case badRequest

    /// - Parameter isProbe: Whether it is a probe, whose target is the origin's already.
    init(_ request: OriginRequest, to origin: ConfiguredOrigin, isProbe: Bool) {
        let target = origin.target(of: request) ?? (isProbe ? request.target : nil)
        switch origin.kind {
        case .file(let files): self = Self.plan(request, to: files, target)
        case .http(let service): self = Self.plan(request, to: service, target, isProbe: isProbe)
        }
    }

    private static func plan(_ request: OriginRequest, to files: FileOrigin, _ target: String?) -> Self {
        guard request.isRead else { return .answer(405) }
        guard let target else { return .answer(404) }
        return .file(files, FileRequest(request, target: target))
    }

    private static func plan(
        _ request: OriginRequest,
        to service: HTTPService,
        _ target: String?,
        isProbe: Bool
    ) -> Self {
        guard request.isSendable else { return .badRequest }
        // larder signs only its own requests: a client has no right to change what is in a store.
        if service.store != nil, !request.isRead { return .answer(405) }
        // A probe without a target of the origin is content with the root.
        let root = isProbe ? service.root : nil
        guard let target = target.flatMap({ service.target(for: $0) }) ?? root else { return .answer(404) }
        return .http(service, target: target)
    }
}
