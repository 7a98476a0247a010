// Value. What an error of the file system says, and of what: one name, or the whole directory. Pure.

import Glibc

/// What is wrong where a file cannot be had.
enum FileFault: Equatable {
    /// There is no such file, nor can there be one.
    case absent
    /// There is one that cannot be read; others can.
    case unreadable
    /// The share or the disk is at fault: other files will not be had either.
    case share
    /// This process has no descriptor or memory left.
    case resources

    /// What an errno says that came of opening or reading a file.
    ///
    /// What is not known says something of one name: a share that is gone says so for every name, and by one of the numbers
    /// below; a file that is odd must not take the others with it.
    init(_ code: Int32) {
        self =
            if Self.absence.contains(code) {
                .absent
            } else if Self.shares.contains(code) {
                .share
            } else if [EMFILE, ENFILE, ENOMEM].contains(code) {
                .resources
            } else {
                .unreadable
            }
    }

    /// What says that no file has the name.
    ///
    /// ENXIO and ENODEV: a socket, or a device that is not there. EILSEQ and EINVAL: no name on this file system.
    private static let absence: Set<Int32> = [
        ENOENT, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, EILSEQ, EINVAL,
    ]

    private static let shares: Set<Int32> = [
        EIO, EREMOTEIO, ESTALE, ENOTCONN, ESHUTDOWN, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENETRESET,
        ETIMEDOUT,
        ETIME, ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE, EPROTO, ECOMM, ENOLINK, ENONET, ENOMEDIUM, EUCLEAN,
        EKEYEXPIRED, EKEYREVOKED,
    ]

    /// The failure it is of an origin; of what is not there, none.
    var kind: OriginError.Kind? {
        switch self {
        case .absent: nil
        case .unreadable: .unreadable
        case .share: .fileSystem
        case .resources: .resources
        }
    }
}
