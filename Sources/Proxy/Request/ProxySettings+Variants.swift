// How variants are told apart, under the settings of the proxy.

import HTTPCaching
import HTTPMessage

extension ProxySettings {
    /// The text that names the variant a request selects.
    ///
    /// - Parameters:
    ///   - names: What the response varies by.
    ///   - request: The fields that the origin gets.
    /// - Returns: The text.
    func variantKey(_ names: [String], _ request: Fields) -> String {
        Vary.variantKey(names: names, request: request, pictureTypes: rules.pictureTypes)
    }
}
