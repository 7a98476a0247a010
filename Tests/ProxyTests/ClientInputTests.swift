// What a client has sent ahead, and whether its socket is read, without a socket.

import NIOCore
import Runtime
import Testing

@testable import Proxy

@Suite("A client's input") struct ClientInputTests {
    @Test(
        "epoll reports an edge once: it is read until nothing is left, and up to an end that is near",
        arguments: [
            ([.reading], true, false), ([.reading], false, true), ([.reading, .ended], true, true),
            ([.broken], true, true),
        ] as [(Readiness, Bool, Bool)]
    )
    func edges(readiness: Readiness, isAll: Bool, readsOn: Bool) {
        var input = ClientInput()
        input.noteEnd(readiness)
        let isReadable = input.noteReadable(readiness)
        #expect(isReadable && input.mayRead)
        input.hasRead(isAll: isAll)
        #expect(input.mayRead == readsOn)
        input.hasReadAll()
        #expect(!input.mayRead)
    }

    @Test("room in the socket is nothing to read")
    func writing() {
        var input = ClientInput()
        input.noteEnd(.writing)
        let isReadable = input.noteReadable(.writing)
        #expect(!isReadable && !input.mayRead)
    }

    @Test("a client that is too far ahead is not read, and is read again when there is something and room")
    func stops() {
        var input = ClientInput()
        _ = input.noteReadable(.reading)
        var news = [input.stop(true), input.isReadable, input.stop(true), input.stop(false), input.isReadable]
        #expect(news == [false, false, false, true, true])
        input.hasReadAll()
        news = [input.stop(true), input.stop(false)]
        #expect(news == [false, false])
    }

    @Test("a head that comes in pieces is scanned once; what follows it is kept")
    func pieces() {
        var input = ClientInput()
        input.append(ByteBuffer(string: "GET /"))
        input.needsMore()
        #expect(input.scanned == 5)
        input.append(ByteBuffer(string: " HTTP/1.1\r\n\r\nbody"))
        #expect(input.count == 22)
        input.skipHead(18)
        #expect(input.scanned == 0)
        var bytes = input.takeAll()
        #expect(input.isEmpty)
        #expect(bytes.readString(length: 2) == "bo")
        input.giveBack(bytes)
        #expect(String(buffer: input.bytes) == "dy")
    }

    @Test("a read is used where it is; what is left of it is copied")
    func read() {
        var input = ClientInput()
        var read = ByteBuffer(string: "GET / HTTP/1.1\r\n\r\nGET")
        input.exchange(&read)
        input.skipHead(18)
        input.exchange(&read)
        #expect(input.isEmpty)
        input.keep(read)
        read.clear()
        #expect(String(buffer: input.bytes) == "GET")
    }
}
