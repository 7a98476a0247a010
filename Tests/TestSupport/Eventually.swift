// Stateless. Waiting for a condition that nothing announces, with a deadline in place of a fixed sleep.

/// Waits until the condition holds, asking again every few milliseconds; throws when the time is up.
package func eventually(
    _ what: String = "the condition",
    within time: Duration = .seconds(60),
    file: String = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + time
    var pause = Duration.milliseconds(1)
    while try await !condition() {
        guard clock.now < deadline else {
            throw TestError(.timeout, "\(what) did not come true within \(time) (\(file):\(line))")
        }
        try await clock.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
    }
}
