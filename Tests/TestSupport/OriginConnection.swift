// Thread-confined: one connection of a scripted origin: reads requests, runs their scripts step by step.
// Blocking throughout; every wait also watches the origin's `stopping` gate.

import Glibc

struct OriginConnection {
    typealias Step = ScriptedOrigin.Step
    typealias Request = ScriptedOrigin.Request

    enum Ending {
        case close
        case reset
    }

    private let descriptor: Int32
    private let number: Int
    private let script: OriginScript
    private let stopping: Gate
    private var reader: ByteReader

    init(_ descriptor: Int32, number: Int, script: OriginScript, stopping: Gate) {
        self.descriptor = descriptor
        self.number = number
        self.script = script
        self.stopping = stopping
        reader = ByteReader(descriptor)
    }

    /// Serves requests until a step, the peer or `stopping` ends the connection.
    mutating func run() -> Ending {
        do {
            while !stopping.isOpen, let request = try readHead() {
                if let ending = try serve(request) { return ending }
            }
        } catch {
            // The peer is gone or a gate stayed shut: the test sees a closed connection.
        }
        return .close
    }

    private mutating func readHead() throws -> Request? {
        guard var line = try reader.line() else { return nil }
        while line.isEmpty {
            guard let next = try reader.line() else { return nil }
            line = next
        }
        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, let fields = try reader.fields() else { return nil }
        return Request(method: parts[0], target: parts[1], version: parts[2], fields: fields, connection: number)
    }

    private mutating func serve(_ head: Request) throws -> Ending? {
        var request = head
        let answer = script.takeAnswer(request.path)
        var index: Int?
        if case .steps(let steps) = answer, steps.contains(where: \.isReadBody) {
            index = script.record(request)
        } else {
            defer { index = script.record(request) }
            try readBody(of: &request, asked: request.expectsContinue)
        }
        var closes = !request.keepsConnection
        let steps = answer.steps(for: request)
        for step in steps {
            if case .readBody = step {
                try readBody(of: &request, asked: false)
                if let index { script.update(request, at: index) }
                continue
            }
            if let ending = try perform(step, for: request) { return ending }
            closes = closes || step.closesConnection
        }
        return closes || !request.isBodyComplete ? .close : nil
    }

    /// Reads the body by its framing; `asked` sends the 100 the client waits for first.
    private mutating func readBody(of request: inout Request, asked: Bool) throws {
        if request.isBodyComplete { return }
        if asked { try send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        let body: ByteReader.Body
        if request.isChunked {
            body = try reader.chunkedBody()
        } else {
            body = try reader.body(length: request.field("content-length").flatMap { Int($0) } ?? 0)
        }
        request.body = body.bytes
        request.isBodyComplete = body.isComplete
    }

    private func perform(_ step: Step, for request: Request) throws -> Ending? {
        switch step {
        case .respond(let status, let fields, let body):
            try send(Self.response(status, fields, body, to: request.method))
        case .head(let text): try send(Array(text.utf8))
        case .raw(let bytes): try send(bytes)
        case .hold(let gate): return wait(for: gate, within: .seconds(30)) ? nil : .close
        case .pause(let milliseconds): return pause(milliseconds) ? nil : .close
        case .close: return .close
        case .reset: return .reset
        case .drip(let bytes, let size, let interval): return try drip(bytes, size, interval) ? nil : .close
        case .hang:
            while try !Socket.receive(descriptor, atMost: 4_096).isEmpty {}
            return .close
        case .readBody: break
        }
        return nil
    }

    private func send(_ bytes: [UInt8]) throws {
        // In pieces, so that the count of bytes sent tells how far a slow reader let the origin get.
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(65_536)
            try Socket.send(descriptor, piece)
            script.addSent(piece.count)
            rest = rest.dropFirst(piece.count)
        }
    }

    private func drip(_ bytes: [UInt8], _ size: Int, _ interval: Int) throws -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            try send(Array(rest.prefix(max(1, size))))
            rest = rest.dropFirst(max(1, size))
            if !rest.isEmpty, !pause(interval) { return false }
        }
        return true
    }

    /// Waits for the gate; false when the origin stops or the time is up first.
    private func wait(for gate: Gate, within time: Duration) -> Bool {
        _ = Socket.waitReadable([gate.descriptor, stopping.descriptor], within: time)
        return gate.isOpen && !stopping.isOpen
    }

    /// Waits; false when the origin stops meanwhile.
    private func pause(_ milliseconds: Int) -> Bool {
        Socket.waitReadable([stopping.descriptor], within: .milliseconds(milliseconds)) == nil
    }

    private static func response(
        _ status: Int,
        _ fields: [(String, String)],
        _ body: [UInt8],
        to method: String
    ) -> [UInt8] {
        let hasBody = status >= 200 && status != 204 && status != 304
        let isFramed = fields.contains { ["content-length", "transfer-encoding"].contains($0.0.lowercased()) }
        var head = "HTTP/1.1 \(status) Scripted\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if hasBody && !isFramed { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (hasBody && method != "HEAD" ? body : [])
    }
}

extension OriginScript.Answer {
    fileprivate func steps(for request: ScriptedOrigin.Request) -> [ScriptedOrigin.Step] {
        switch self {
        case .steps(let steps): steps
        case .handler(let handler): handler(request)
        }
    }
}

extension ScriptedOrigin.Step {
    fileprivate var isReadBody: Bool {
        if case .readBody = self { true } else { false }
    }

    /// Whether a whole response announces that the connection closes after it.
    fileprivate var closesConnection: Bool {
        guard case .respond(_, let fields, _) = self else { return false }
        return values(of: "connection", in: fields).contains { $0.lowercased() == "close" }
    }
}
