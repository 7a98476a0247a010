// Value. The parts that the admin interface reads and acts on; made by the composition.

package import Origins
package import Proxy
package import Settings
package import Store

/// The running parts that the admin interface reports on.
package struct AdminParts: Sendable {
    let proxy: Proxy
    let store: Store
    let origins: Origins
    let configuration: Configuration
    let version: String
    let lostMessages: @Sendable () -> Int

    /// Names the parts.
    /// - Parameters:
    ///   - proxy: The picture port.
    ///   - store: The store.
    ///   - origins: The origins.
    ///   - configuration: The configuration in force.
    ///   - version: larder's version.
    ///   - lostMessages: The number of lost messages of larder's own log.
    package init(
        proxy: Proxy,
        store: Store,
        origins: Origins,
        configuration: Configuration,
        version: String,
        lostMessages: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.proxy = proxy
        self.store = store
        self.origins = origins
        self.configuration = configuration
        self.version = version
        self.lostMessages = lostMessages
    }
}
