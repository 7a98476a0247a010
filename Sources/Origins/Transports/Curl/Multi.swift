// Loop-confined (origin thread). Owns the multi handle of libcurl and drives it by sockets and epoll
// (curl_multi_socket_action): a turn costs by what is ready, not by how many transfers there are.
// Invariant: never entered while libcurl is calling back (it forbids that).

import CCurl
import Runtime

/// All transfers over HTTP.
@safe final class Multi {  // because its pointer is never handed out but to libcurl
    private let multi: UnsafeMutableRawPointer
    private let poller: Poller
    private var isClosed = false
    /// When libcurl wants to be called though no socket is ready.
    private(set) var deadline: Instant?

    /// Makes the handle.
    ///
    /// - Parameters:
    ///   - poller: Where libcurl's sockets are watched.
    ///   - connections: The most connections kept, in use or idle.
    init(poller: Poller, connections: Int) {
        // because the handle is ours until `close`, and this object outlives it
        guard Curl.isReady, let handle = unsafe curl_multi_init() else {
            preconditionFailure("libcurl has memory for its first handle")
        }
        unsafe multi = unsafe handle
        self.poller = poller
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe origins_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        _ = unsafe origins_multi_set_socket_callback(multi, watchSocket, this)
        _ = unsafe origins_multi_set_timer_callback(multi, setTimer, this)
    }

    /// Begins a transfer.
    func add(_ handle: EasyHandle) -> Bool {
        unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK  // because the attempt keeps the handle alive
    }

    /// Ends a transfer; a connection in the middle of a response is closed.
    func remove(_ handle: EasyHandle) {
        let code = unsafe curl_multi_remove_handle(multi, handle.easy)  // because it was added
        precondition(code == CURLM_OK, "no transfer is removed while libcurl calls back")
    }

    /// Tells libcurl what epoll said of a socket.
    func ready(_ socket: Int32, for readiness: Readiness) {
        var mask: Int32 = 0
        if readiness.contains(.reading) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writing) { mask |= CURL_CSELECT_OUT }
        if readiness.contains(.broken) { mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN }
        act(socket, mask)
    }

    /// Calls libcurl if its time has come.
    ///
    /// - Returns: Whether it had.
    func fire(at now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        deadline = nil
        act(CURL_SOCKET_BAD, 0)
        return true
    }

    /// A transfer that has ended, and how; nil when there is no further one.
    func nextEnded() -> (EasyHandle, CURLcode)? {
        var left: Int32 = 0
        // because a message is valid until the next call, and each easy handle's private pointer is its EasyHandle
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let result = unsafe origins_message_result(message)
            var context: UnsafeMutableRawPointer?
            _ = unsafe origins_get_private(message.pointee.easy_handle, &context)
            guard let context = unsafe context else { continue }
            return unsafe (Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue(), result)
        }
        return nil
    }

    /// Closes every connection; nothing is called afterwards.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = unsafe curl_multi_cleanup(multi)  // because every easy handle was removed before
    }

    deinit {
        close()
    }

    private func act(_ socket: Int32, _ mask: Int32) {
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, socket, mask, &running)  // because the count is a local variable
    }

    fileprivate func setDeadline(milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
    }

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        switch what {
        case CURL_POLL_IN: poller.watch(socket, for: .reading)
        case CURL_POLL_OUT: poller.watch(socket, for: .writing)
        case CURL_POLL_INOUT: poller.watch(socket, for: [.reading, .writing])
        default: poller.forget(socket)
        }
    }
}

@available(*, unavailable)
extension Multi: Sendable {}  // lives on the origin thread

private func watchSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ socket: curl_socket_t,
    _ what: Int32,
    _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe multi(context)?.watch(socket, what)  // because the context is the Multi that set the callback
    return 0
}

private func setTimer(
    _ handle: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe multi(context)?.setDeadline(milliseconds: milliseconds)  // because as above
    return 0
}

private func multi(_ context: UnsafeMutableRawPointer?) -> Multi? {
    guard let context = unsafe context else { return nil }  // because the context is the Multi that set the callback
    return unsafe Unmanaged<Multi>.fromOpaque(context).takeUnretainedValue()  // because it outlives the callbacks
}
