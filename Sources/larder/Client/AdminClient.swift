// A value. Asks the running larder's admin interface.

import Admin
import Origins
import Settings

struct AdminClient {
    private let location: AdminLocation

    init(_ options: AdminOptions) throws(Failure) {
        location = try AdminLocation(options)
    }

    func get(_ target: String) throws(Failure) -> JSON { try ask("GET", target, nil).value }

    /// Sends JSON.
    /// - Returns: What came back, and whether all of it is done.
    func post(_ target: String, _ body: JSON) throws(Failure) -> (value: JSON, isComplete: Bool) {
        let (value, status) = try ask("POST", target, body)
        return (value, status == 200)
    }

    private func ask(_ method: String, _ target: String, _ body: JSON?) throws(Failure) -> (value: JSON, Int) {
        var request = SingleRequest(url: location.address.base + target)
        request.method = method
        request.socket = location.address.socket
        request.caFile = Console.environment("SSL_CERT_FILE")
        if let token = location.token { request.fields.append(("Authorization", "Bearer \(token.reveal())")) }
        if let body {
            request.fields.append(("Content-Type", "application/json"))
            request.body = Array(body.description.utf8)
        }
        let answer: SingleRequest.Answer
        do {
            answer = try request.send()
        } catch {
            throw failure(error)
        }
        guard let value = try? JSON(parsing: answer.body) else {
            throw Failure("\(location) answers, but not as larder's admin interface does (status \(answer.status))")
        }
        guard (200..<300).contains(answer.status) else {
            throw Failure(
                value["detail"]?.text ?? "\(location) answered \(answer.status)",
                refusedField: value["field"]?.text
            )
        }
        return (value, answer.status)
    }

    private func failure(_ problem: SingleRequest.Problem) -> Failure {
        switch problem {
        case .unreachable(let words): Failure("larder does not answer on \(location): \(words). Is it running?")
        case .insecure(let words):
            Failure("\(location): \(words). SSL_CERT_FILE names a file with other certificates to trust.")
        case .timeout: Failure("larder did not answer on \(location) in time")
        case .broken(let words): Failure("\(location) gave no whole answer: \(words)")
        }
    }
}
