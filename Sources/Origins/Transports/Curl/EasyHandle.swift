// Loop-confined (origin thread). Owns one easy handle of libcurl, with the options that are the same for every request
// to one origin; kept and used again. The C callbacks find the transfer in progress through it.
// Invariant: libcurl calls back only between `Multi.add` and `Multi.remove`, while `client` is set.

import CCurl
import Glibc
import NIOCore
import Runtime

/// One transfer's place in libcurl.
@safe final class EasyHandle {  // because its pointers are never handed out but to libcurl
    /// Who is at the other end.
    enum Peer {
        /// The server of the origin.
        case origin
        /// That of another origin of the configuration, to which the first has redirected us.
        case otherOrigin
        /// A server to which an origin has redirected us, and which nobody has told us to trust.
        case stranger
    }

    /// Whom a transfer is for.
    enum Client {
        case transfer(CurlTransport)
        /// It makes a connection, on which a request follows.
        case connection(CleartextTransport)
        /// It finds out whether the origin can be reached.
        case look(Look)

        /// libcurl has ended the transfer; outside libcurl.
        func transferEnded(_ code: CURLcode) {
            switch self {
            case .transfer(let transport): transport.transferEnded(code)
            case .connection(let transport): transport.transferEnded(code)
            case .look(let look): look.transferEnded(code)
            }
        }
    }

    /// What a C function of libcurl is given to find us again.
    let easy: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>
    private let base: String
    /// The same, with the name that TLS takes for the server's in the place of the host.
    private var urlBase: String
    /// Whether libcurl signs the requests: it takes what it signs from the URL, not from the request target.
    private let isSigned: Bool
    private let allowsHTTP2: Bool
    private var lines = StringList()
    private var connectTo = StringList()
    /// Whether another request may be prepared.
    private(set) var isReusable = true
    /// Whether it makes connections for others to use.
    let onlyConnects: Bool
    /// The receiver of libcurl's calls; the user of the handle sets it.
    var client: Client?
    /// Whether an address was not connected to because it is none of the public Internet.
    var hasRefusedAddress = false

    /// Makes a handle; nil when memory is out.
    ///
    /// - Parameters:
    ///   - origin: On whose behalf requests are made.
    ///   - base: Scheme and authority of the server.
    ///   - peer: Whose server that is.
    ///   - onlyConnects: Whether no request is made: `takeSocket` gives the connection away.
    init?(_ origin: ConfiguredOrigin, base: String, peer: Peer, onlyConnects: Bool = false) {
        // because libcurl is a C library: `easy` and `message` are ours until deinit, strings are copied, and the
        // counters the socket callbacks get outlive every connection (the engine closes libcurl before its lanes)
        guard Curl.isReady, let handle = unsafe curl_easy_init() else { return nil }
        unsafe easy = unsafe handle
        unsafe message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.base = base
        self.onlyConnects = onlyConnects
        urlBase = base
        isSigned = peer == .origin && origin.settings.store != nil
        allowsHTTP2 = origin.settings.allowsHTTP2
        setConstants(origin.settings)
        if onlyConnects {
            number(CURLOPT_CONNECT_ONLY, 1)
            number(CURLOPT_FRESH_CONNECT, 1)
        }
        setCallbacks(origin.counters)
        switch peer {
        case .origin:
            setIdentity(origin.settings.tls)
            setServerName(origin.settings.tls.serverName)
            if let store = origin.settings.store { setSigning(store) }
        case .otherOrigin: isReusable = false
        case .stranger:
            isReusable = false
            // because the context is this object, which outlives libcurl's use of it
            let this = unsafe Unmanaged.passUnretained(self).toOpaque()
            _ = unsafe origins_set_pointer(easy, CURLOPT_OPENSOCKETDATA, this)
            _ = unsafe origins_set_open_socket_callback(easy, openSocketToStranger)
        }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)  // because it was made in init and is in no multi handle any more
        unsafe message.deallocate()  // because libcurl wrote to it through the handle only
    }

    /// What libcurl wrote about the last failure.
    var lastMessage: String { unsafe String(cString: message) }  // because libcurl ends it with 0

    /// errno of the last failed connect.
    var systemError: Int { information(CURLINFO_OS_ERRNO) }

    /// Whether the last transfer made no connection of its own.
    var hasReused: Bool { information(CURLINFO_NUM_CONNECTS) == 0 }

    private func information(_ name: CURLINFO) -> Int {
        var value = 0
        _ = unsafe origins_get_long(easy, name, &value)  // because the value is a local variable
        return value
    }

    /// Sets what differs from request to request.
    ///
    /// Only GET and HEAD leave the handle fit for another request.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - lines: Its field lines.
    ///   - target: The request target, the origin's prefix included.
    ///   - isFresh: Whether it has to be a new connection.
    func prepare(_ request: OriginRequest, lines: RequestLines, target: String, isFresh: Bool) {
        unsafe message.pointee = 0  // because it is allocated in init
        if isSigned {
            string(CURLOPT_URL, urlBase + target)
        } else {
            string(CURLOPT_REQUEST_TARGET, target)
        }
        self.lines = lines.list()
        // because the list is kept until the next request
        _ = unsafe origins_set_list(easy, CURLOPT_HTTPHEADER, self.lines.list)
        switch request.method {
        case "GET" where request.body == nil: number(CURLOPT_HTTPGET, 1)
        case "HEAD": number(CURLOPT_NOBODY, 1)
        default:
            isReusable = false
            let needsLength = ["POST", "PUT", "PATCH"].contains(request.method)
            if request.body != nil || needsLength {
                number(CURLOPT_UPLOAD, 1)
                let length = request.body.map { $0.length ?? -1 } ?? 0
                // because plain number
                _ = unsafe origins_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
            }
            string(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // A connection of one person carries nobody else's request: not before, not after, and not beside it (HTTP/2).
        let isBound = lines.carriesIdentity
        number(CURLOPT_FORBID_REUSE, isBound ? 1 : 0)
        if allowsHTTP2 { number(CURLOPT_HTTP_VERSION, isBound ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS) }
        // libcurl sends a request again, whatever its method, when a kept-alive connection turns out closed.
        number(CURLOPT_FRESH_CONNECT, isFresh || isBound ? 1 : 0)
    }

    /// Has the connection closed after the response under way, unless other requests share it (HTTP/2).
    func forbidReuse() {
        number(CURLOPT_FORBID_REUSE, 1)
    }

    /// The connection just made, as a descriptor of the caller's own; nil when there is none, or no descriptor for it.
    ///
    /// A duplicate, because libcurl closes what it takes for idle.
    func takeSocket() -> Int32? {
        var socket: curl_socket_t = CURL_SOCKET_BAD
        let code = unsafe origins_get_socket(easy, &socket)  // because the socket is a local variable
        guard code == CURLE_OK, socket != CURL_SOCKET_BAD else { return nil }
        let own = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        return own < 0 ? nil : own
    }

    /// Stops or starts the flow; may call back with bytes held until now.
    func pause(receiving: Bool, sending: Bool) {
        let mask = (receiving ? CURLPAUSE_RECV : 0) | (sending ? CURLPAUSE_SEND : 0)
        _ = unsafe curl_easy_pause(easy, mask)  // because the handle is in the multi handle while it has a client
    }

    private func setConstants(_ settings: OriginSettings) {
        string(CURLOPT_URL, base + "/")
        string(CURLOPT_PROTOCOLS_STR, "http,https")
        string(CURLOPT_PROXY, "")  // not even from the environment
        string(CURLOPT_NOPROXY, "*")
        if let file = settings.tls.caFile { string(CURLOPT_CAINFO, file) }
        let version = settings.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        number(CURLOPT_HTTP_VERSION, version)
        // A new connection may turn out to carry many requests: better wait for it than make one for each.
        number(CURLOPT_PIPEWAIT, settings.allowsHTTP2 ? 1 : 0)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_FOLLOWLOCATION, 0)
        number(CURLOPT_PATH_AS_IS, 1)
        number(CURLOPT_HTTP_TRANSFER_DECODING, 1)
        number(CURLOPT_HTTP_CONTENT_DECODING, 0)
        number(CURLOPT_HTTP09_ALLOWED, 0)
        number(CURLOPT_EXPECT_100_TIMEOUT_MS, 1000)
        number(CURLOPT_BUFFERSIZE, 64 * 1024)
        number(CURLOPT_TCP_NODELAY, 1)
        number(CURLOPT_TCP_KEEPALIVE, 1)
        number(CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.connectTimeout.milliseconds))
        // A slow name lookup is left to its thread: waiting for it would hold up every other transfer.
        number(CURLOPT_QUICK_EXIT, 1)
    }

    /// Sets what shows an origin who we are.
    private func setIdentity(_ tls: OriginTLS) {
        guard let certificate = tls.clientCertificate else { return }
        string(CURLOPT_SSLCERT, certificate)
        string(CURLOPT_SSLKEY, tls.clientKey ?? certificate)
        // Also where there is none: OpenSSL would ask for it at a terminal, and everything would wait.
        string(CURLOPT_KEYPASSWD, tls.clientKeyPassphrase ?? "")
    }

    /// Has libcurl take a name for the server's, and connect to the server all the same.
    private func setServerName(_ name: String?) {
        guard let name, let server = Location(base: base, target: "/"), server.scheme == "https" else { return }
        guard let port = server.authority.split(separator: ":").last else { return }
        urlBase = "https://\(name):\(port)"
        string(CURLOPT_URL, urlBase + "/")
        connectTo.add("\(name):\(port):\(server.authority)".utf8)
        _ = unsafe origins_set_list(easy, CURLOPT_CONNECT_TO, connectTo.list)  // because it is kept with the handle
    }

    private func setSigning(_ store: ObjectStore) {
        string(CURLOPT_AWS_SIGV4, "aws:amz:\(store.region):s3")
        string(CURLOPT_USERNAME, store.accessKey)
        string(CURLOPT_PASSWORD, store.secretKey)
    }

    private func setCallbacks(_ counters: OriginCounters) {
        // because the pointers are to this object and to the counters, which outlive the handle's use of them
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        let counts = unsafe Unmanaged.passUnretained(counters).toOpaque()
        _ = unsafe origins_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        _ = unsafe origins_set_pointer(easy, CURLOPT_PRIVATE, this)
        _ = unsafe origins_set_pointer(easy, CURLOPT_WRITEDATA, this)
        _ = unsafe origins_set_pointer(easy, CURLOPT_HEADERDATA, this)
        _ = unsafe origins_set_pointer(easy, CURLOPT_READDATA, this)
        _ = unsafe origins_set_pointer(easy, CURLOPT_PREREQDATA, this)
        _ = unsafe origins_set_pointer(easy, CURLOPT_SOCKOPTDATA, counts)
        _ = unsafe origins_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, counts)
        _ = unsafe origins_set_bytes_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        _ = unsafe origins_set_bytes_callback(easy, CURLOPT_HEADERFUNCTION, receiveLine)
        _ = unsafe origins_set_bytes_callback(easy, CURLOPT_READFUNCTION, sendBody)
        _ = unsafe origins_set_prereq_callback(easy, connected)
        _ = unsafe origins_set_socket_options_callback(easy, openedSocket)
        _ = unsafe origins_set_close_socket_callback(easy, closeSocket)
    }

    private func number(_ option: CURLoption, _ value: Int) {
        _ = unsafe origins_set_long(easy, option, value)  // because plain number
    }

    private func string(_ option: CURLoption, _ value: String) {
        _ = unsafe origins_set_string(easy, option, value)  // because libcurl copies it
    }
}

@available(*, unavailable)
extension EasyHandle: Sendable {}  // lives on the origin thread
