// Value. The meaning of a file system's error, and its scope: one name, or the whole directory. Pure.

import Glibc

/// The reason why a file cannot be read.
enum FileFault: Equatable {
    /// There is no such file, and there cannot be one.
    case absent
    /// It exists and cannot be read; other files can.
    case unreadable
    /// The share or the disk is at fault: other files cannot be read either.
    case share
    /// This process has no descriptor or memory left.
    case resources

    /// Classifies an errno from opening or reading a file.
    ///
    /// An unknown errno counts for one name only: a share that is gone reports it for every name, and with one of the
    /// numbers below. One odd file must not affect the others.
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

    /// Errors that mean that no file has the name.
    ///
    /// ENXIO and ENODEV: a socket, or a device that is not there. EILSEQ and EINVAL: an invalid name on this file
    /// system.
    private static let absence: Set<Int32> = [
        ENOENT, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, ENXIO, ENODEV, EILSEQ, EINVAL,
    ]

    private static let shares: Set<Int32> = [
        EIO, EREMOTEIO, ESTALE, ENOTCONN, ESHUTDOWN, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENETRESET,
        ETIMEDOUT,
        ETIME, ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE, EPROTO, ECOMM, ENOLINK, ENONET, ENOMEDIUM, EUCLEAN,
        EKEYEXPIRED, EKEYREVOKED,
    ]

    /// The failure of the origin; nil if the file does not exist.
    var kind: OriginError.Kind? {
        switch self {
        case .absent: nil
        case .unreadable: .unreadable
        case .share: .fileSystem
        case .resources: .resources
        }
    }
}
