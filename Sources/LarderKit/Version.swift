// Value. larder's version, as shown by `larder --version`, /stats and the log.

package let larderVersion = "0.1.0"
