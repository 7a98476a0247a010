// A value. Asks the running larder's admin interface, which it finds in the configuration file.

import Admin
import Settings

struct AdminClient {
    private let admin: Configuration.Admin
    private let file: String

    init(_ options: ConfigurationOption) throws(Failure) {
        admin = try options.load().configuration.admin
        file = options.file
    }

    func get(_ target: String) async throws(Failure) -> JSON { try await ask("GET", target, nil).value }

    /// Sends JSON.
    /// - Returns: What came back, and whether all of it is done.
    func post(_ target: String, _ body: JSON) async throws(Failure) -> (value: JSON, isComplete: Bool) {
        let (value, status) = try await ask("POST", target, body)
        return (value, status == 200)
    }

    private func ask(_ method: String, _ target: String, _ body: JSON?) async throws(Failure) -> (value: JSON, Int) {
        var fields: [(String, String)] = []
        if let token = admin.token { fields.append(("Authorization", "Bearer \(token.reveal())")) }
        if body != nil { fields.append(("Content-Type", "application/json")) }
        let bytes = body.map { Array($0.description.utf8) }
        let answer: HTTPExchange.Answer
        do {
            answer = try await HTTPExchange(address: admin.listen).send(method, target, fields, body: bytes)
        } catch {
            throw failure(error)
        }
        guard let value = try? JSON(parsing: answer.body) else {
            throw Failure("\(admin.listen) answers, but not as larder's admin interface does (admin.listen in \(file))")
        }
        guard (200..<300).contains(answer.status) else {
            throw Failure(
                value["detail"]?.text ?? "\(admin.listen) answered \(answer.status)",
                refusedItem: value["field"]?.text.flatMap(Self.place)
            )
        }
        return (value, answer.status)
    }

    /// The place in the field that a refusal names: 17 of `url[17]`.
    private static func place(_ field: String) -> Int? {
        let parts = field.split(separator: "[")
        return parts.count == 2 && parts[1].hasSuffix("]") ? Int(parts[1].dropLast()) : nil
    }

    private func failure(_ error: any Error) -> Failure {
        switch error as? HTTPExchange.Problem {
        case .unreachable:
            Failure("larder does not answer on \(admin.listen) (is it running? admin.listen in \(file))")
        case .timeout: Failure("larder did not answer on \(admin.listen) in time")
        case .broken(let detail): Failure("\(admin.listen) gave no whole answer: \(detail)")
        case nil: Failure("\(admin.listen): \(error)")
        }
    }
}
