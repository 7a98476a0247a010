// Scenarios. A whole larder against an independent model of RFC 9111, over random exchanges on a few URIs.
//
// The origin is in WalkingOrigin. What an answer is, its Content-Location tells, which larder passes on with every
// answer, 304 and 206 included. Answers change under a 304, behind the walk's back too where one is validated behind:
// so what is checked may agree with what the answer was before the exchange or with what it was after it.

import Glibc
import LarderHarness
import Origins
import Proxy
import Settings
import Store
import TestSupport
import Testing

@Suite("RFC 9111: a larder agrees with a model of it")
struct ModelWalkScenarios {
    private let model = CacheModel()
    private static let steps = Environment.number("LARDER_WALK_STEPS") ?? 1500

    @Test("nothing is answered from the store that the model forbids; what is answered is whole and as old as it says")
    func walk() async throws {
        let seed = SeededGenerator().seed
        let world = WalkingOrigin(seed: seed)
        let origin = try ScriptedOrigin()
        origin.respond { world.answer($0, now: Self.now) }
        try await withLarder(origin) { larder in
            var generator = HeaderGenerator(seed: seed &+ 1)
            var (hits, parts, notModified) = (0, 0, 0)
            for step in 0..<Self.steps {
                // URIs come and go, so that none is spoiled for good by one long-lived answer.
                let path = "/\(step / 60)/\(generator.number(0..<4))"
                let before = world.answers
                let names = before.suffix(8).map(\.name)
                let fields = generator.request(names: names, now: Self.now)
                let method = generator.once(in: 30) ? "POST" : generator.once(in: 25) ? "HEAD" : "GET"
                _ = world.takeAsked()
                let began = Self.now
                let response = try await larder.request(method, path, fields, body: method == "POST" ? [1] : nil)
                guard method == "GET" else { continue }
                let exchange = Exchange(
                    path: path,
                    fields: fields,
                    response: response,
                    began: began,
                    before: before,
                    asked: world.takeAsked().filter { $0.path == path },
                    step: step,
                    seed: seed
                )
                if check(exchange, world) { hits += 1 }
                // A 304 changes the answer for the origin first, for what larder has stored a moment later.
                if response.cacheStatus.contains("fwd-status=304") { await larder.settle() }
                if response.cacheStatus.hasSuffix("stale-while-revalidate") { await larder.settle() }
                if response.status == 206 { parts += 1 }
                if response.status == 304 { notModified += 1 }
            }
            print(
                "\(Self.steps) exchanges, \(hits) from the store, \(parts) parts, \(notModified) not modified, "
                    + "\(world.answers.count) answers of the origin; seed \(seed)"
            )
            #expect(hits > Self.steps / 20 && parts > Self.steps / 50 && notModified > Self.steps / 50)
        }
    }

    private static var now: Int { time(nil) }

    private struct Exchange {
        let path: String
        let fields: [(String, String)]
        let response: RawResponse
        /// When it was asked: larder looked it up then or later, however long the answer took to get here.
        let began: Int
        /// What the origin had answered before.
        let before: [WalkingOrigin.Answer]
        /// What it was asked meanwhile.
        let asked: [WalkingOrigin.Asked]
        let step: Int
        let seed: UInt64

        var request: ModelRequest { ModelRequest(fields: ModelFields(fields)) }
        var trace: String {
            "seed \(seed), step \(step), \(path) \(fields): \(response.status) \(response.fields) "
                + "\"\(response.text)\", asked \(asked)"
        }
    }

    /// Checks one exchange; true where it was answered from the store.
    private func check(_ exchange: Exchange, _ world: WalkingOrigin) -> Bool {
        let (response, trace) = (exchange.response, exchange.trace)
        #expect(response.isComplete && response["Connection"] != "X-C" && response["X-C"] == nil, "\(trace)")
        if ModelDirectives(exchange.request.fields).has("only-if-cached") {
            #expect(exchange.asked.isEmpty, "\(trace)")
        }
        // larder's own answers: nothing is stored, or the range lies outside.
        if response["Proxy-Status"] != nil { return false }
        let answers = world.answers
        guard let number = response["Content-Location"].flatMap({ Int($0.dropFirst(WalkingOrigin.location.count)) }),
            answers.indices.contains(number)
        else {
            Issue.record("nobody's answer: \(trace)")
            return false
        }
        checkBody(of: answers[number], exchange)
        guard exchange.before.indices.contains(number) else { return false }
        checkReuse(answers[number], number, exchange, world)
        return exchange.asked.isEmpty
    }

    private func checkBody(of answer: WalkingOrigin.Answer, _ exchange: Exchange) {
        let (response, trace) = (exchange.response, exchange.trace)
        #expect(answer.path == exchange.path, "another URI's: \(trace)")
        switch response.status {
        case 304: #expect(response.body.isEmpty, "\(trace)")
        case 206 where answer.response.status != 206:
            let range = response["Content-Range"]?.split(whereSeparator: { " -/".contains($0) }).compactMap { Int($0) }
            guard let range, range.count == 3, range[0] <= range[1], range[1] < range[2] else {
                Issue.record("no Content-Range: \(trace)")
                return
            }
            #expect(range[2] == answer.body.count, "\(trace)")
            #expect(response.body == Array(answer.body[range[0]...range[1]]), "\(trace)")
        default:
            #expect(response.status == answer.response.status, "\(trace)")
            #expect(response.body == answer.body, "\(trace)")
        }
    }

    private func checkReuse(_ answer: WalkingOrigin.Answer, _ number: Int, _ exchange: Exchange, _ world: WalkingOrigin)
    {
        let (began, now, request) = (exchange.began, Self.now, exchange.request)
        let versions = [exchange.before[number], answer]
        let trace =
            "\(exchange.trace); answer \(number): \(answer.request.fields.lines), "
            + versions.map { "version \($0.version): \($0.response.fields.lines)" }.joined(separator: ", ")
        // Where the origin was asked, it said that nothing has changed, or the stored response stood in for an error.
        let isValidated = exchange.asked.contains(where: \.isConditional)
        let prohibitions = versions.map { version in
            // Who asked for a 304 may be another than who asked first.
            let asking = version.version == 0 ? version.request : ModelRequest(fields: ModelFields([]))
            return model.prohibition(asking, version.response)
        }
        #expect(isValidated || prohibitions.contains(nil), "stored: \(prohibitions[0] ?? ""): \(trace)")
        #expect(model.isSelected(request, by: answer.request, answer.response), "another variant: \(trace)")
        #expect(number >= world.invalidatedBefore(exchange.path), "invalidated: \(trace)")
        // Nothing stored is older than the epoch of its clock.
        let age = exchange.response["Age"].flatMap { Int($0) } ?? 0
        #expect(versions.contains { age >= min(model.age($0.response, now: began), began) - 2 }, "age: \(trace)")
        let objections = versions.flatMap { version in
            [began - 2, began, now].map { time in
                let objection = model.objection(request, to: version.response, now: time)
                let onError = model.objectionOnError(request, to: version.response, now: time)
                return exchange.asked.isEmpty || onError != nil ? objection : nil
            }
        }
        #expect(isValidated || objections.contains(nil), "\(objections[0] ?? ""): \(trace)")
    }
}
