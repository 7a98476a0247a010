// Value. The parts of a running larder, each made after those that it needs. Every failure names its subject and what
// the user can do about it. The tests start larder through it too.

package import Admin
import Glibc
package import Logging
import NIOCore
package import Origins
package import Proxy
package import Runtime
package import Settings
package import Store

package struct Composition: Sendable {
    package let configuration: Configuration
    package let store: Store
    package let origins: Origins
    package let accessLog: AccessLog?
    package let proxy: Proxy
    package let admin: AdminServer
    /// The configuration's name in failures.
    private let file: String

    /// Opens the store, which blocks, and starts the threads; nothing listens yet.
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - file: The file that they come from.
    ///   - logger: larder's own log.
    ///   - lostMessages: The number of lost messages of that log.
    ///   - looksAtOrigins: Whether larder connects to each origin at the start, before a request needs it.
    ///   - clock: The time, for store, origins and proxy.
    package init(
        _ configuration: Configuration,
        file: String,
        logger: Logger,
        lostMessages: @escaping @Sendable () -> Int,
        looksAtOrigins: Bool = true,
        clock: Clock = .system
    ) throws(Failure) {
        self.configuration = configuration
        self.file = file
        store = try Self.makeStore(configuration.cache, clock, logger)
        do {
            origins = try Origins(
                lists: configuration.originLists.map { list in
                    list.map { OriginSettings($0, of: configuration) }
                },
                logger: logger,
                looksAtOrigins: looksAtOrigins,
                clock: clock
            )
        } catch {
            store.close()
            throw Failure("\(error.subject.isEmpty ? "origins" : error.subject): \(error.detail)")
        }
        accessLog = configuration.accessLog.map { AccessLog($0, logger: logger) }
        proxy = Proxy(
            ProxySettings(configuration),
            store: store,
            origins: origins,
            accessLog: accessLog,
            threads: configuration.threads,
            clock: clock,
            logger: logger
        )
        let parts = AdminParts(
            proxy: proxy,
            store: store,
            origins: origins,
            configuration: configuration,
            version: larderVersion,
            lostMessages: lostMessages
        )
        admin = AdminServer(parts, logger: logger)
    }

    /// Binds the addresses of the picture port; closes everything if one cannot be bound.
    /// - Returns: The addresses with the ports that were bound.
    package func listen() async throws(Failure) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for address in configuration.listen {
            do {
                addresses.append(try await proxy.listen(on: address))
            } catch {
                // An orderly stop: the next start need not check the stored responses.
                proxy.shutDown()
                origins.shutDown()
                store.close()
                throw failure(toListenOn: address, setting: "listen", error)
            }
        }
        return addresses
    }

    /// Ends the parts, fills before the store that they write to; blocks.
    package func close() {
        origins.shutDown()
        store.close()
        proxy.shutDown()
        accessLog?.shutDown()
    }

    private static func makeStore(
        _ cache: Configuration.Cache,
        _ clock: Clock,
        _ logger: Logger
    ) throws(Failure) -> Store {
        do {
            return try Store(
                StoreConfiguration(
                    directory: cache.directory,
                    maximumSize: cache.maxSize,
                    memory: cache.memory,
                    scrubRate: cache.scrubRate
                ),
                clock: clock,
                logger: logger
            )
        } catch {
            throw failure(error, cache.directory)
        }
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

    func failure(toListenOn address: ListenAddress, setting: String, _ error: any Error) -> Failure {
        let code = (error as? IOError)?.errnoCode
        let reason =
            switch code {
            case EADDRINUSE: "it is in use already; stop what listens there, or change \(setting) in \(file)"
            case EACCES, EPERM: "this user may not bind it; change \(setting) in \(file)"
            case EADDRNOTAVAIL: "it is not an address of this machine; change \(setting) in \(file)"
            case .some(let code): "\(Console.reason(code)) (\(setting) in \(file))"
            case nil: "\(error) (\(setting) in \(file))"
            }
        return Failure("\(address): \(reason)")
    }
}
