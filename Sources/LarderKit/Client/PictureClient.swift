// Value. Sends requests to the running larder's picture port, each over a connection of its own. They are HTTP/1.0:
// such a response ends with the connection and is never chunked.

import NIOCore
import NIOPosix
package import Settings

package struct PictureClient {
    /// Why there is no response.
    package enum Problem: Error {
        /// Nothing listens there, or it cannot be reached.
        case unreachable(String)
        /// The connection broke, or the bytes received are not a response.
        case broken(String)
        case timeout
    }

    package struct Response {
        package let status: Int
        /// Names in lower case.
        package let fields: [String: String]
        package let body: [UInt8]
        /// Bytes of the body, kept or not.
        package let length: Int
    }

    private static let connectLimit = TimeAmount.seconds(5)
    private static let headLimit = 64 << 10

    package let address: ListenAddress
    /// The limit for connecting, sending and receiving together.
    private let timeLimit: Duration
    /// Bytes of a body that are kept; further bytes are only counted.
    private let bodyLimit: Int

    package init(_ address: ListenAddress, timeLimit: Duration, bodyLimit: Int) {
        self.address = address
        self.timeLimit = timeLimit
        self.bodyLimit = bodyLimit
    }

    package func send(
        _ method: String,
        _ target: String,
        host: String = "localhost",
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Response {
        var head = "\(method) \(target) HTTP/1.0\r\nHost: \(host)\r\nConnection: close\r\n"
        if let body { head += "Content-Length: \(body.count)\r\n" }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let request = Array((head + "\r\n").utf8) + (body ?? [])
        return try await withThrowingTaskGroup(of: Response.self) { group in
            group.addTask { try await exchange(request) }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                throw Problem.timeout
            }
            guard let response = try await group.next() else { throw Problem.timeout }
            group.cancelAll()
            return response
        }
    }

    private func exchange(_ request: [UInt8]) async throws -> Response {
        let connection = try await connect()
        var head: [UInt8] = []
        var body: [UInt8] = []
        var length = 0
        var isInBody = false
        do {
            try await connection.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: request))
                for try await piece in inbound {
                    var bytes = Array(piece.readableBytesView)[...]
                    if !isInBody {
                        head += bytes
                        guard let end = Self.end(of: head) else {
                            guard head.count < Self.headLimit else { return }
                            continue
                        }
                        isInBody = true
                        bytes = head[end...]
                        head = Array(head[..<end])
                    }
                    length += bytes.count
                    if body.count < bodyLimit { body += bytes }
                }
            }
        } catch is CancellationError {
            throw Problem.timeout
        } catch {
            guard isInBody else { throw Problem.broken("\(error)") }
        }
        return try Self.response(head, body, length: length, isWhole: isInBody)
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(Self.connectLimit)
        let wrap: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
        }
        do {
            switch address {
            case .tcp(let host, let port):
                let reachable = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
                return try await bootstrap.connect(host: reachable, port: port, channelInitializer: wrap)
            case .unix(let path):
                return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
            }
        } catch {
            throw Problem.unreachable("\(error)")
        }
    }

    /// The offset of the body.
    private static func end(of head: [UInt8]) -> Int? {
        let blank = Array("\r\n\r\n".utf8)
        guard head.count >= blank.count else { return nil }
        return (0...head.count - blank.count).first { head[$0..<$0 + blank.count].elementsEqual(blank) }
            .map { $0 + blank.count }
    }

    private static func response(_ head: [UInt8], _ body: [UInt8], length: Int, isWhole: Bool) throws -> Response {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard isWhole, let first = lines.first, first.hasPrefix("HTTP/1."),
            case let words = first.split(separator: " "), words.count >= 2, let status = Int(words[1])
        else { throw Problem.broken("the bytes received are not an HTTP response") }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        if let told = fields["content-length"].flatMap({ Int($0) }), told != length {
            throw Problem.broken("the response ended early")
        }
        return Response(status: status, fields: fields, body: body, length: length)
    }
}
