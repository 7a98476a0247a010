// Value. The parts that the admin interface reads and acts on; made by the composition.

package import Origins
package import Proxy
package import Settings
package import Store

/// The running parts that the admin interface tells of.
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
    ///   - store: Where responses are kept.
    ///   - origins: Where they come from.
    ///   - configuration: The configuration in force.
    ///   - version: larder's version.
    ///   - lostMessages: Tells how many messages of larder's own log were lost.
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
