// Value. Which larder this is: `larder --version`, /stats and the log say it.

package let larderVersion = "0.1.0"
