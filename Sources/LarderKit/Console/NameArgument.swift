// Value. A picture's path or URL, or a prefix or pattern of one, as given on the command line. Bytes that are not UTF-8
// are percent-encoded, which names the same picture.

import HTTPMessage

package struct NameArgument {
    package let text: String

    package init(argument: String) { text = PercentEncoding.readable(ArgumentBytes.bytes(of: argument)) }
}
