// Value. One HTTP request and its whole response, for the commands that call a running larder. It blocks its thread.

import CCurl
import Runtime

/// A request that is sent over a connection of its own.
public struct SingleRequest: Sendable {
    /// A response.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The body.
        public let body: [UInt8]
    }

    /// The reason why there is no response.
    public enum Problem: Error, Sendable, Equatable {
        /// Nothing listens there, or it cannot be reached; with libcurl's message.
        case unreachable(String)
        /// There is no secure connection; with libcurl's message.
        case insecure(String)
        /// The time limit was exceeded.
        case timeout
        /// The connection broke, or the response is malformed; with libcurl's message.
        case broken(String)
    }

    /// The most bytes of a response.
    private static let bodyLimit = 64 << 20
    private static let connectLimit = Duration.seconds(5)

    /// The method.
    public var method = "GET"
    /// The full URL, http or https.
    public var url: String
    /// The path of a Unix-domain socket to connect to instead of the URL's host.
    public var socket: String?
    /// Fields in their order.
    public var fields: [(name: String, value: String)] = []
    /// The body; nil sends none.
    public var body: [UInt8]?
    /// The file with the certificate authorities to trust for https; nil for the system's.
    public var caFile: String?
    /// The limit for connecting, sending and receiving together.
    public var timeLimit = Duration.seconds(60)

    /// Makes a request.
    ///
    /// - Parameter url: The full URL.
    public init(url: String) { self.url = url }

    /// Sends the request and waits for the response.
    ///
    /// - Returns: The response.
    /// - Throws: Why no response came.
    public func send() throws(Problem) -> Answer {
        // because libcurl is a C library: the handle is ours, strings are copied, and what it writes to and reads from
        // outlives the call of perform, which is the only one that calls back
        guard Curl.isReady, let easy = unsafe curl_easy_init() else { throw .broken("memory is out") }
        defer { unsafe curl_easy_cleanup(easy) }
        let received = Received(limit: Self.bodyLimit)
        var lines = StringList()
        for (name, value) in fields { lines.add("\(name): \(value)".utf8) }
        unsafe setOptions(easy, received, lines.list)
        let code =
            if let body {
                unsafe body.withUnsafeBytes { bytes in
                    _ = unsafe origins_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
                    // because libcurl only reads the bytes
                    let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                    _ = unsafe origins_set_pointer(easy, CURLOPT_POSTFIELDS, start)
                    return unsafe curl_easy_perform(easy)
                }
            } else {
                unsafe curl_easy_perform(easy)
            }
        guard code == CURLE_OK else { throw Self.problem(code) }
        var status = 0
        _ = unsafe origins_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return Answer(status: status, body: received.bytes)
    }

    private func setOptions(
        _ easy: UnsafeMutableRawPointer,
        _ received: Received,
        _ lines: UnsafeMutablePointer<curl_slist>?
    ) {
        // because as in send
        _ = unsafe origins_set_string(easy, CURLOPT_URL, url)
        _ = unsafe origins_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = unsafe origins_set_string(easy, CURLOPT_PROXY, "")  // not even from the environment
        if let socket { _ = unsafe origins_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, socket) }
        if let caFile { _ = unsafe origins_set_string(easy, CURLOPT_CAINFO, caFile) }
        _ = unsafe origins_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = unsafe origins_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        _ = unsafe origins_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        _ = unsafe origins_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.connectLimit.milliseconds)
        _ = unsafe origins_set_long(easy, CURLOPT_TIMEOUT_MS, timeLimit.milliseconds)
        _ = unsafe origins_set_list(easy, CURLOPT_HTTPHEADER, lines)
        _ = unsafe origins_set_string(easy, CURLOPT_CUSTOMREQUEST, method)
        _ = unsafe origins_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque())
        _ = unsafe origins_set_bytes_callback(easy, CURLOPT_WRITEFUNCTION, keepBytes)
    }

    private static func problem(_ code: CURLcode) -> Problem {
        let words = unsafe String(cString: curl_easy_strerror(code))  // because its texts are constants
        return switch Curl.kind(code, systemError: 0, message: "", hasHead: false) {
        case .tlsFailure: .insecure(words)
        case .dnsFailure, .unreachable, .connectionRefused: .unreachable(words)
        case .connectTimeout: .timeout
        default: .broken(words)
        }
    }
}

/// Confined to the thread that sends: the bytes of a response's body as they arrive.
private final class Received {
    private let limit: Int
    private(set) var bytes: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// False if they are too many.
    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + piece.count <= limit else { return false }
        unsafe bytes.append(contentsOf: piece)  // because it is read during the call only
        return true
    }
}

private func keepBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    // because the context is the object that `send` holds, and the buffer libcurl's own for the time of the call
    guard let context = unsafe context else { return 0 }
    let received = unsafe Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
    let isTaken = unsafe received.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return isTaken ? size * count : 0
}
