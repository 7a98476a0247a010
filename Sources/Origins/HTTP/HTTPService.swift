// Shared, immutable. The HTTP server of an origin, and the targets of requests to it. Made once for each origin. The
// server of a bucket follows from endpoint, region and bucket.

import HTTPMessage

/// The HTTP server of an origin.
final class HTTPService: Sendable {
    /// A server, and the prefix of each target.
    private struct Place: Sendable {
        let scheme: OriginURL.Scheme
        let authority: String
        /// Empty, or "/…" without a "/" at its end.
        let prefix: String
        let base: String

        init(_ scheme: OriginURL.Scheme, _ authority: String, _ prefix: String) {
            (self.scheme, self.authority, self.prefix) = (scheme, authority, prefix)
            base = "\(scheme.rawValue)://\(authority)"
        }
    }

    private let place: Place
    /// The beginning of all keys, as `Place.prefix`; of an object store only.
    private let keyPrefix: String
    /// The keys that sign requests; nil for a server without signatures.
    let store: ObjectStore?
    /// Whether requests need neither TLS nor a signature, and may use a cleartext connection.
    let isPlain: Bool
    /// The authority as it appears in the `Location` of a redirect.
    let authority: String?

    /// The server of an origin; nil for a file origin, and for a bucket without a store.
    init?(_ settings: OriginSettings) {
        let url = settings.url
        switch url.scheme {
        case .http, .https: (place, keyPrefix, store) = (Place(url.scheme, url.authority, url.path), "", nil)
        case .s3:
            guard let store = settings.store else { return nil }
            (place, keyPrefix, self.store) = (Self.place(of: url.host, in: store), url.path, store)
        case .file: return nil
        }
        isPlain = store == nil && place.scheme == .http && !settings.forcesLibcurl
        authority = Location(base: place.base, target: "/")?.authority
    }

    /// Scheme and authority.
    var base: String { place.base }

    /// The value of the Host field: without the port if it is the scheme's default.
    var host: String { place.authority }

    /// The target of the root, for HEAD requests only: to a GET, a store would list its objects.
    var root: String { place.prefix + "/" }

    /// The target of a request to the server; nil if the server can have nothing by that name.
    func target(for target: String) -> String? {
        guard store != nil else { return place.prefix.isEmpty ? target : place.prefix + target }
        return ObjectKey.path(keyPrefix + target).map { place.prefix + $0 }
    }

    /// The server of a bucket.
    ///
    /// With an endpoint, the bucket is part of the path unless the settings say otherwise: few stores except Amazon's
    /// have a host name for each bucket. A bucket with a dot in its name is part of the path too, because it would not
    /// match the wildcard of Amazon's certificate.
    private static func place(of bucket: String, in store: ObjectStore) -> Place {
        let amazon = OriginURL(scheme: .https, host: "s3.\(store.region).amazonaws.com", port: 443, path: "")
        let endpoint = store.endpoint ?? amazon
        guard store.usesPathStyle ?? (store.endpoint != nil || bucket.contains(".")) else {
            return Place(endpoint.scheme, "\(bucket).\(endpoint.authority)", endpoint.path)
        }
        return Place(endpoint.scheme, endpoint.authority, "\(endpoint.path)/\(bucket)")
    }
}
