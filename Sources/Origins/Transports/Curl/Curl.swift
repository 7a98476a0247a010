// What a result of libcurl means to us. Pure, but for the one-time set-up of the library.

import CCurl
import Glibc

/// libcurl as a whole.
enum Curl {
    /// Sets libcurl up, once in the process; every handle is made after it.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// What a failed transfer's code means.
    ///
    /// - Parameters:
    ///   - code: libcurl's.
    ///   - systemError: errno of the failed connect, 0 if there was none.
    ///   - message: What libcurl wrote; it has no code of its own for broken chunks.
    ///   - hasHead: Whether the final head was received.
    /// - Returns: The kind of the failure.
    static func kind(_ code: CURLcode, systemError: Int, message: String, hasHead: Bool) -> OriginError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .dnsFailure
        case CURLE_COULDNT_CONNECT:
            switch Int32(truncatingIfNeeded: systemError) {
            case ECONNREFUSED: return .connectionRefused
            case ETIMEDOUT: return .connectTimeout
            default: return .unreachable
            }
        case CURLE_OPERATION_TIMEDOUT: return .connectTimeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT:
            return .tlsFailure
        // With TLS 1.3 an origin refuses a client's certificate when we believe that all is agreed on.
        case CURLE_RECV_ERROR where !hasHead && message.contains("alert"): return .tlsFailure
        case CURLE_PARTIAL_FILE: return .truncated
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_FILESIZE_EXCEEDED, CURLE_WRITE_ERROR:
            return .malformed
        case CURLE_OUT_OF_MEMORY:
            // A line over libcurl's own limit of 100 kB is reported as if memory were out.
            return hasHead ? .malformed : .tooLarge
        case CURLE_ABORTED_BY_CALLBACK, CURLE_READ_ERROR: return .requestBody
        default: return message.contains("chunk") ? .malformed : .reset
        }
    }
}
