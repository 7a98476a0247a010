// Value. Sends requests to the running larder's admin interface; each has a connection of its own and blocks.

package import Coding
import Glibc
import Origins
import Settings

package struct AdminClient {
    private let location: AdminLocation

    package init(_ location: AdminLocation) { self.location = location }

    package func get(_ target: String) throws(Failure) -> JSON { try ask("GET", target, nil).value }

    // A minute in all while larder is too busy (other purges are being swept), with a pause in microseconds. Sending
    // rules again that larder has already accepted has no further effect.
    private static let (tries, pause): (Int, UInt32) = (300, 200_000)

    /// Sends JSON; repeats the request for a while if larder is too busy.
    /// - Returns: The response, and whether everything requested is done.
    package func post(_ target: String, _ body: JSON) throws(Failure) -> (value: JSON, isDone: Bool) {
        var left = Self.tries
        while true {
            do {
                let (value, status) = try ask("POST", target, body)
                return (value, status == 200)
            } catch {
                left -= 1
                guard error.isPassing, left > 0 else { throw error }
                usleep(Self.pause)
            }
        }
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
            throw Failure("\(location) responds, but not as larder's admin interface does (status \(answer.status))")
        }
        guard (200..<300).contains(answer.status) else {
            throw Failure(
                value["detail"]?.text ?? "\(location) responded with status \(answer.status)",
                refusedField: value["field"]?.text,
                isPassing: answer.status == 503
            )
        }
        return (value, answer.status)
    }

    private func failure(_ problem: SingleRequest.Problem) -> Failure {
        switch problem {
        case .unreachable(let words): Failure("larder does not respond on \(location): \(words). Is it running?")
        case .insecure(let words):
            Failure("\(location): \(words). SSL_CERT_FILE names a file with other certificates to trust.")
        case .timeout: Failure("larder did not respond on \(location) in time")
        case .broken(let words): Failure("\(location) sent no complete response: \(words)")
        }
    }
}
