// Shared. A blocking HTTP client for tests that sends exactly the bytes it is given and hides nothing of the answer.
// Owns its socket. Sending and closing may go on while another thread receives; receives take turns.

import Glibc
import Runtime
import Synchronization

/// A blocking client on one connection; its calls wait 10 s at most unless told otherwise.
package final class RawClient: Sendable {
    private let descriptor: Int32
    private let isClosed = Atomic(false)
    private let reader: Lock<ByteReader>

    /// Connects to a port of 127.0.0.1; a small `receiveBuffer` makes a client that soon holds the sender back.
    package convenience init(port: Int, timeout: Duration = .seconds(60), receiveBuffer: Int? = nil) throws {
        try self.init(AF_INET, "port \(port)", timeout, receiveBuffer) { descriptor in
            // because the address is valid for the call
            unsafe Socket.withLoopback(port) { address, size in unsafe connect(descriptor, address, size) }
        }
    }

    /// Connects to a Unix socket.
    package convenience init(unixSocket path: String, timeout: Duration = .seconds(60)) throws {
        try self.init(AF_UNIX, path, timeout, nil) { descriptor in
            // because the address is valid for the call
            try unsafe Socket.withUnix(path) { address, size in unsafe connect(descriptor, address, size) }
        }
    }

    private init(
        _ family: Int32,
        _ place: String,
        _ timeout: Duration,
        _ receiveBuffer: Int?,
        _ connect: (Int32) throws -> Int32
    ) throws {
        let descriptor = socket(family, Socket.streamType, 0)
        guard descriptor >= 0 else { throw Socket.failure("socket") }
        self.descriptor = descriptor
        reader = Lock(ByteReader(descriptor))
        if let receiveBuffer {
            Socket.set(descriptor, SOL_SOCKET, SO_RCVBUF, to: Int32(clamping: receiveBuffer))
        }
        Socket.setTimeout(descriptor, timeout)
        guard try connect(descriptor) == 0 else {
            // Linux ends a connect that passes the send timeout with EINPROGRESS.
            if errno == EINPROGRESS { throw TestError(.timeout, "no connection to \(place) within \(timeout)") }
            throw Socket.failure("connect to \(place)")
        }
        if family == AF_INET { Socket.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1) }
    }

    deinit { Glibc.close(descriptor) }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) throws { try Socket.send(descriptor, bytes) }

    /// Sends text as it is; lines must bring their own CRLF.
    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends a request with a Host field (unless given) and, where there is a body, its Content-Length (unless given).
    package func send(method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil) throws
    {
        var head = "\(method) \(target) HTTP/1.1\r\n"
        if values(of: "host", in: fields).isEmpty { head += "Host: larder.test\r\n" }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let isFramed = fields.contains { ["content-length", "transfer-encoding"].contains($0.0.lowercased()) }
        if let body, !isFramed { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    /// Receives one response; throws where the connection ends before a whole head.
    package func receive(to method: String = "GET") throws -> RawResponse {
        try reader.withLock { reader in
            var response = try Self.readHead(&reader)
            try Self.readBody(of: &response, method, &reader)
            return response
        }
    }

    /// Receives the head of one response only; its body is still to be received.
    package func receiveHead() throws -> RawResponse { try reader.withLock { try Self.readHead(&$0) } }

    /// Receives up to the given number of bytes: fewer only where the connection ends.
    package func receive(bytes count: Int) throws -> [UInt8] { try reader.withLock { try $0.bytes(count) } }

    /// Receives everything until the peer closes or resets the connection.
    package func receiveUntilClose() throws -> [UInt8] { try reader.withLock { try $0.untilEnd() } }

    /// Whether the connection was seen to end in a reset in place of a regular close.
    package var wasReset: Bool { reader.withLock { $0.wasReset } }

    /// Asks for a target and receives the response.
    package func get(_ target: String, _ fields: [(String, String)] = []) throws -> RawResponse {
        try request("GET", target, fields)
    }

    /// Sends a request and receives the response.
    package func request(
        _ method: String,
        _ target: String,
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) throws -> RawResponse {
        try send(method: method, target, fields, body: body)
        return try receive(to: method)
    }

    /// Tells the peer that nothing more will be sent.
    package func shutdownWrite() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection in both directions; the peer's next bytes are answered with a reset.
    package func close() {
        // The number itself is given back at deinit, so that another thread's receive never meets a reused one.
        shutdown(descriptor, Int32(SHUT_RDWR))
        isClosed.store(true, ordering: .relaxed)
    }

    /// Resets the connection at once; nothing may be received afterwards.
    package func reset() {
        if isClosed.exchange(true, ordering: .relaxed) { return }
        // Connecting to no address dissolves the connection with a reset and keeps the number.
        var nowhere = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: sockaddr().sa_data)
        // because connect takes a pointer to the address
        _ = unsafe connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private static func readHead(_ reader: inout ByteReader) throws -> RawResponse {
        var response = RawResponse()
        while true {
            guard let line = try reader.line() else {
                throw TestError(.closed, "the connection ended before a response")
            }
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]) else {
                throw TestError(.malformed, "not a status line: \(line)")
            }
            guard let fields = try reader.fields() else {
                throw TestError(.closed, "the connection ended within a head")
            }
            if (100..<200).contains(status), status != 101 {
                response.interim.append(RawResponse.Interim(status: status, fields: fields))
                continue
            }
            response.version = parts[0]
            response.status = status
            response.reason = parts.count > 2 ? parts[2] : ""
            response.fields = fields
            return response
        }
    }

    private static func readBody(of response: inout RawResponse, _ method: String, _ reader: inout ByteReader) throws {
        let body: ByteReader.Body
        if method == "HEAD" || response.status == 204 || response.status == 304 {
            body = ByteReader.Body()
        } else if let coding = response["transfer-encoding"], coding.lowercased().contains("chunked") {
            body = try reader.chunkedBody()
        } else if let length = response["content-length"].flatMap({ Int($0) }) {
            body = try reader.body(length: length)
        } else {
            let bytes = try reader.untilEnd()
            body = ByteReader.Body(bytes: bytes, isComplete: !reader.wasReset)
        }
        response.body = body.bytes
        response.trailers = body.trailers
        response.isComplete = body.isComplete
    }
}

extension RawClient {
    /// Sends one request on a connection of its own, on a thread of its own, and receives the response.
    package static func fetch(
        _ target: String,
        port: Int,
        method: String = "GET",
        fields: [(String, String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> RawResponse {
        try await onThread {
            let client = try RawClient(port: port, timeout: timeout)
            return try client.request(method, target, fields + [("Connection", "close")], body: body)
        }
    }
}
