// A value. The parts of a running larder, made in the order in which each needs the ones before; every failure says what
// it concerns and what to do about it.

import Admin
import Glibc
import Logging
import NIOCore
import Origins
import Proxy
import Settings
import Store

struct Composition: Sendable {
    let store: Store
    let origins: Origins
    /// larder's own log.
    let log: LogWriter
    let accessLog: AccessLog?
    let proxy: Proxy
    let admin: AdminServer
    /// Where pictures are served, as bound.
    let addresses: [ListenAddress]

    /// Makes the parts, and binds the picture port.
    init(_ configuration: Configuration, file: String, log: LogWriter, logger: Logger) async throws {
        let cache = configuration.cache
        let store: Store
        do {
            store = try Store(
                StoreConfiguration(
                    directory: cache.directory,
                    maximumSize: cache.maxSize,
                    memory: cache.memory,
                    scrubRate: cache.scrubRate
                ),
                logger: logger
            )
        } catch {
            throw Self.failure(error, cache.directory)
        }
        let origins: Origins
        do {
            origins = try Origins(
                lists: configuration.originLists.map { list in
                    list.map { OriginSettings($0, of: configuration) }
                },
                logger: logger,
                looksAtOrigins: true
            )
        } catch {
            throw Failure("\(error.subject.isEmpty ? "origins" : error.subject): \(error.detail)")
        }
        accessLog = configuration.accessLog.map { AccessLog($0, logger: logger) }
        proxy = Proxy(
            ProxySettings(configuration),
            store: store,
            origins: origins,
            accessLog: accessLog,
            threads: configuration.threads,
            logger: logger
        )
        self.store = store
        self.origins = origins
        self.log = log
        let parts = AdminParts(
            proxy: proxy,
            store: store,
            origins: origins,
            configuration: configuration,
            version: Larder.version,
            lostMessages: { log.lost }
        )
        admin = AdminServer(parts, logger: logger)
        var addresses: [ListenAddress] = []
        for address in configuration.listen {
            do {
                addresses.append(try await proxy.listen(on: address))
            } catch {
                // A stop in order: the next start need not check what is stored.
                proxy.shutDown()
                origins.shutDown()
                store.close()
                throw Self.failure(toListenOn: address, setting: "listen", file: file, error)
            }
        }
        self.addresses = addresses
    }

    /// Ends what still runs, in the order that loses nothing: fills before the store that takes them; blocks.
    func close() {
        origins.shutDown()
        store.close()
        proxy.shutDown()
        accessLog?.shutDown()
    }

    private static func failure(_ error: StoreError, _ directory: String) -> Failure {
        switch error.kind {
        case .inUse: Failure("\(directory): another larder uses it; stop that one, or name another cache.directory")
        case .corrupt:
            Failure(
                "\(directory): not a cache directory of this larder (\(error.detail)); name another cache.directory, "
                    + "or remove this one if nothing in it is needed"
            )
        case .full, .readOnly, .missing, .io, .index: Failure("\(error) (cache.directory)")
        }
    }

    static func failure(
        toListenOn address: ListenAddress,
        setting: String,
        file: String,
        _ error: any Error
    ) -> Failure {
        let code = (error as? IOError)?.errnoCode
        let reason =
            switch code {
            case EADDRINUSE: "it is in use already; stop what listens there, or change \(setting) in \(file)"
            case EACCES, EPERM: "it may not be bound by this user; change \(setting) in \(file)"
            case EADDRNOTAVAIL: "it is no address of this machine; change \(setting) in \(file)"
            case .some(let code): "\(Console.reason(code)) (\(setting) in \(file))"
            case nil: "\(error) (\(setting) in \(file))"
            }
        return Failure("\(address): \(reason)")
    }
}

extension ListenAddress {
    /// The address with the port that was bound.
    func bound(to socket: SocketAddress?) -> ListenAddress {
        guard case .tcp(let host, _) = self, let port = socket?.port else { return self }
        return .tcp(host: host, port: port)
    }
}
