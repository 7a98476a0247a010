// Owns a curl_slist, which libcurl reads as long as a handle has it. Used on the origin thread.

import CCurl

/// A list of texts as libcurl wants it.
@safe struct StringList: ~Copyable {  // because it alone frees the list
    /// What libcurl is given; nil when the list is empty.
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init() {
        unsafe list = nil  // because nil is libcurl's empty list
    }

    /// Adds a text without NUL.
    mutating func add(_ text: some Sequence<UInt8>) {
        // because libcurl copies the text, which ends with the 0 added here, and returns the list's head
        unsafe (Array(text) + [0]).withUnsafeBytes { bytes in
            let text = unsafe bytes.bindMemory(to: CChar.self).baseAddress
            if let head = unsafe curl_slist_append(list, text) { unsafe list = head }
        }
    }

    deinit {
        unsafe curl_slist_free_all(list)  // because it is ours alone; nil is allowed
    }
}
