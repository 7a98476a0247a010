// Shared, never changed: where the server of an origin is, and what a request to it asks for. Pure; made once.
// A bucket of an object store is one too: its server follows from endpoint, region and bucket.

/// The HTTP server of an origin.
final class HTTPService: Sendable {
    /// Scheme and authority.
    let base: String
    /// What goes before each target: empty, or "/…" without a "/" at its end.
    private let prefix: String
    /// The beginning of all keys, as `prefix`; of an object store only.
    private let keyPrefix: String
    /// What requests are signed with; nil for a server that wants no signature.
    let store: ObjectStore?
    /// What goes into the Host field: without the port that is the scheme's own.
    let host: String
    /// Requests to it need neither TLS nor a signature.
    let isPlain: Bool
    /// By what it is known that a redirect leads to an origin.
    let authority: String?

    /// The server of an origin with these settings; nil when they name none.
    init?(_ settings: OriginSettings) {
        switch OriginAddress(settings.url) {
        case .http(let base, let prefix):
            (self.base, self.prefix, keyPrefix, store) = (base, prefix, "", nil)
        case .bucket(let bucket, let keyPrefix):
            guard let store = settings.store, let place = Self.place(of: bucket, in: store) else { return nil }
            (base, prefix, self.keyPrefix, self.store) = (place.base, place.prefix, keyPrefix, store)
        case .file, nil: return nil
        }
        let server = base.split(separator: "/").last ?? ""
        host = String(server.hasSuffix(":80") ? server.dropLast(3) : server)
        isPlain = store == nil && base.hasPrefix("http:")
        authority = Location(base: base, target: "/")?.authority
    }

    /// The target of all there is: for HEAD alone, a store would list its objects.
    var root: String { prefix + "/" }

    /// The target to ask the server for; nil where it can have nothing by that name.
    func target(for target: String) -> String? {
        guard store != nil else { return prefix.isEmpty ? target : prefix + target }
        return ObjectKey.path(keyPrefix + target).map { prefix + $0 }
    }

    /// Where a bucket is.
    ///
    /// With an endpoint the bucket is part of the path unless told otherwise: few stores but Amazon's have a name for
    /// each. So it is with a dot in its name, which no certificate of Amazon's would fit.
    private static func place(of bucket: String, in store: ObjectStore) -> (base: String, prefix: String)? {
        let endpoint = store.endpoint ?? "https://s3.\(store.region).amazonaws.com"
        guard case .http(let base, let prefix) = OriginAddress(endpoint) else { return nil }
        guard store.usesPathStyle ?? (store.endpoint != nil || bucket.contains(".")) else {
            return (base.replacing("://", with: "://\(bucket)."), prefix)
        }
        return (base, "\(prefix)/\(bucket)")
    }
}
