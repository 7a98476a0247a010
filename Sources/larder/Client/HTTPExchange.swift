// A value. One HTTP request over a connection of its own. It is sent as HTTP/1.0: the answer then ends with the
// connection and is never chunked, which is all that the commands need of a client.

import NIOCore
import NIOPosix
import Settings

struct HTTPExchange {
    /// Why there is no answer.
    enum Problem: Error {
        /// Nothing listens there, or it cannot be reached.
        case unreachable(String)
        /// The connection broke, or what came is no answer.
        case broken(String)
        case timeout
    }

    struct Answer {
        let status: Int
        /// Names in lower case.
        let fields: [String: String]
        let body: [UInt8]
        /// Bytes of the body, whether kept or not.
        let length: Int
    }

    private static let connectLimit = TimeAmount.seconds(5)
    private static let headLimit = 64 << 10

    let address: ListenAddress
    /// Connecting, sending and receiving together take no longer.
    var timeLimit = Duration.seconds(60)
    /// Larger bodies are counted, and kept no further.
    var bodyLimit = 64 << 20

    /// Sends a request and receives its answer.
    func send(
        _ method: String,
        _ target: String,
        host: String = "localhost",
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var head = "\(method) \(target) HTTP/1.0\r\nHost: \(host)\r\nConnection: close\r\n"
        if let body { head += "Content-Length: \(body.count)\r\n" }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let request = Array((head + "\r\n").utf8) + (body ?? [])
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await exchange(request) }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                throw Problem.timeout
            }
            guard let answer = try await group.next() else { throw Problem.timeout }
            group.cancelAll()
            return answer
        }
    }

    private func exchange(_ request: [UInt8]) async throws -> Answer {
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
        return try Self.answer(head, body, length: length, isWhole: isInBody)
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

    /// Where the body begins.
    private static func end(of head: [UInt8]) -> Int? {
        let blank = Array("\r\n\r\n".utf8)
        guard head.count >= blank.count else { return nil }
        return (0...head.count - blank.count).first { head[$0..<$0 + blank.count].elementsEqual(blank) }
            .map { $0 + blank.count }
    }

    private static func answer(_ head: [UInt8], _ body: [UInt8], length: Int, isWhole: Bool) throws -> Answer {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard isWhole, let first = lines.first, first.hasPrefix("HTTP/1."),
            case let words = first.split(separator: " "), words.count >= 2, let status = Int(words[1])
        else { throw Problem.broken("what came is not an HTTP answer") }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        if let told = fields["content-length"].flatMap({ Int($0) }), told != length {
            throw Problem.broken("the answer broke off")
        }
        return Answer(status: status, fields: fields, body: body, length: length)
    }
}
