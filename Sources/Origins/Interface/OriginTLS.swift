// Value. The TLS settings of one https:// origin. libcurl reads the files when it connects. Invariant: the passphrase
// never appears in a print or a dump.

/// The certificates and names of one origin's TLS.
public struct OriginTLS: Sendable {
    /// A PEM file of the certificate authorities trusted for this origin; nil for the system's.
    public var caFile: String?
    /// A PEM file with larder's certificate for the origin, and its chain.
    public var clientCertificate: String?
    /// A PEM file with the certificate's private key; nil if it is in the certificate's file.
    public var clientKey: String?
    /// The passphrase of the private key.
    public var clientKeyPassphrase: String?
    /// The name for SNI and for the check of the origin's certificate; nil for the URL's host.
    public var serverName: String?

    /// Makes the settings of an origin without a client certificate.
    public init(
        caFile: String? = nil,
        clientCertificate: String? = nil,
        clientKey: String? = nil,
        clientKeyPassphrase: String? = nil,
        serverName: String? = nil
    ) {
        self.caFile = caFile
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.clientKeyPassphrase = clientKeyPassphrase
        self.serverName = serverName
    }
}

extension OriginTLS: CustomStringConvertible, CustomReflectable {
    /// Shows only the authorities.
    public var description: String { "TLS(\(caFile ?? "the system's authorities"))" }
    /// A mirror without children: `dump` shows no passphrase.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
