// The C functions that libcurl calls on the origin thread, inside a call of `Multi` or `EasyHandle.pause`. They only turn
// pointers into values for `CurlTransport`.

import CCurl
import NIOCore

typealias Context = UnsafeMutableRawPointer

// because every context is the handle set in EasyHandle.setCallbacks, alive while libcurl calls, and every buffer is
// libcurl's own, of size × count bytes, for the time of the call

func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: Context?) -> Int {
    guard let transport = unsafe transport(context) else { return 0 }  // because as above
    var buffer = ByteBufferAllocator().buffer(capacity: size * count)
    unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: bytes, count: size * count))  // because as above
    switch transport.attempt.deliver(buffer) {
    case .proceed: return size * count
    case .refused: return Int(CURL_WRITEFUNC_PAUSE)
    case .stop: return size * count == 0 ? 1 : 0
    }
}

func receiveLine(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: Context?) -> Int {
    guard let transport = unsafe transport(context) else { return 0 }  // because as above
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)  // because as above
    let isTaken = unsafe transport.receive(line: line.bytes)  // because read during the call only
    return isTaken ? size * count : 0
}

func sendBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: Context?) -> Int {
    guard let transport = unsafe transport(context) else { return Int(CURL_READFUNC_ABORT) }  // because as above
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)  // because as above
    let read = transport.attempt.read(upTo: size * count) { piece in
        // because `piece` is at most as long as the room
        unsafe piece.withUnsafeReadableBytes { unsafe room.copyMemory(from: $0) }
    }
    switch read {
    case .bytes(let count): return count
    case .end: return 0
    case .wait: return Int(CURL_READFUNC_PAUSE)
    case .failed: return Int(CURL_READFUNC_ABORT)
    }
}

func connected(
    _ context: Context?,
    _ remote: UnsafeMutablePointer<CChar>?,
    _ local: UnsafeMutablePointer<CChar>?,
    _ remotePort: Int32,
    _ localPort: Int32
) -> Int32 {
    guard let handle = unsafe handle(context) else { return CURL_PREREQFUNC_ABORT }  // because as above
    switch handle.client {
    case .transfer(let transport): transport.attempt.connected()
    case .connection(let transport): transport.attempt.connected()
    case .look: break
    case nil: return CURL_PREREQFUNC_ABORT
    }
    return handle.client != nil ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func openedSocket(_ context: Context?, _ socket: curl_socket_t, _ purpose: curlsocktype) -> Int32 {
    unsafe counters(context)?.update { $0.connections += 1 }  // because the context is an origin's counters
    return CURL_SOCKOPT_OK
}

func openSocketToStranger(
    _ context: Context?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    // because the context is the handle, as above, and the address libcurl's own for the time of the call
    guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe origins_address_bytes(address, &bytes)
    guard NetworkAddress.isPublic(Array(bytes.prefix(Int(count)))) else {
        unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue().hasRefusedAddress = true
        return CURL_SOCKET_BAD
    }
    return unsafe origins_open_socket(address)
}

func closeSocket(_ context: Context?, _ socket: curl_socket_t) -> Int32 {
    unsafe counters(context)?.update { $0.connections -= 1 }  // because the context is an origin's counters
    return origins_close(socket)
}

private func transport(_ context: Context?) -> CurlTransport? {
    guard case .transfer(let transport) = unsafe handle(context)?.client else { return nil }  // because as above
    return transport
}

private func handle(_ context: Context?) -> EasyHandle? {
    guard let context = unsafe context else { return nil }  // because as above
    return unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()  // because as above
}

private func counters(_ context: Context?) -> OriginCounters? {
    guard let context = unsafe context else { return nil }  // because as above
    return unsafe Unmanaged<OriginCounters>.fromOpaque(context).takeUnretainedValue()  // because it outlives libcurl
}
