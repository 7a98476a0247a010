// Value. The mapping from the configuration of an origin to the settings of `Origins`, which knows no configuration
// files.

import HTTPMessage
import Origins
import Settings

extension OriginSettings {
    /// The secrets of the configuration have been read.
    init(_ origin: Configuration.Origin, of configuration: Configuration) {
        let hedge: Hedge =
            switch origin.hedgeDelay {
            case .never: .never
            case .after(let delay): .after(delay)
            case .percentile95: .percentile95
            }
        self.init(
            url: origin.url,
            isAuthoritative: origin.isAuthoritative,
            connectTimeout: origin.connectTimeout,
            firstByteTimeout: origin.firstByteTimeout,
            queueTimeout: origin.queueTimeout,
            stallTimeout: origin.stallTimeout,
            maximumConnections: origin.connections,
            maximumQueued: origin.queue,
            hedge: hedge,
            probe: origin.probePath.map { Probe(path: $0, interval: origin.probeInterval) },
            hostHeader: origin.hostHeader,
            headers: origin.headers.map { ($0.name, $0.value.secret.reveal()) },
            strippedPrefix: origin.strip.map { StrippedPrefix($0, ignoresCase: RouteOrder(configuration).foldsCase) },
            maximumRedirects: origin.followRedirects,
            allowsHTTP2: origin.http2,
            tls: OriginTLS(
                caFile: origin.caFile,
                clientCertificate: origin.clientCertificate,
                clientKey: origin.clientKey,
                clientKeyPassphrase: origin.clientKeyPassphrase?.secret.reveal(),
                serverName: origin.serverName
            ),
            store: origin.url.scheme == .s3 ? ObjectStore(origin.s3) : nil
        )
    }
}

extension ObjectStore {
    init(_ store: Configuration.S3) {
        self.init(
            endpoint: store.endpoint,
            region: store.region ?? Configuration.S3.standardRegion,
            usesPathStyle: store.pathStyle,
            accessKey: store.accessKey.secret.reveal(),
            secretKey: store.secretKey.secret.reveal(),
            sessionToken: store.sessionToken?.secret.reveal(),
            forbiddenMeansMissing: store.forbidden == .missing
        )
    }
}
