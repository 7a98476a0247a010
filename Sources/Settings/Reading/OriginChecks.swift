// Value. The checks of an origin's settings together, and of the files and variables that they name. They read secrets,
// once.

import HTTPMessage

/// Checks the origins of a list.
struct OriginChecks {
    let probe: any FileProbe

    /// The most bytes of a file with a secret.
    private static let secretLimit = 8192

    /// Checks each origin and reads its secrets.
    ///
    /// - Parameters:
    ///   - origins: The origins of one list.
    ///   - list: The list's own path.
    ///   - findings: Receives the problems.
    func run(_ origins: inout [Configuration.Origin], at list: String, _ findings: inout Findings) {
        for index in origins.indices {
            let path = "\(list)[\(index)]"
            guard !findings.isFaulty("\(path).url") else { continue }
            if origins[index].url.scheme == .file { checkRoot(origins[index].url, path, &findings) }
            checkTLS(&origins[index], path, &findings)
            checkStore(&origins[index], path, &findings)
            checkScheme(origins[index], path, &findings)
            readFields(&origins[index], path, &findings)
        }
    }

    // MARK: Files and directories

    private func checkRoot(_ url: OriginURL, _ path: String, _ findings: inout Findings) {
        switch probe.status(of: url.path)?.kind {
        case .directory: break
        case nil:
            // A share may be mounted later, and until then the other origins can respond.
            findings.warning("\(path).url", "\(url.path) does not exist", expected: "a directory")
        default:
            findings.problem("\(path).url", "\(url.path) is not a directory", expected: "a directory")
        }
    }

    /// The text of a PEM file, if it exists and contains what it should.
    private func pem(
        _ file: String,
        _ path: String,
        holding marks: [String],
        expected: String,
        _ findings: inout Findings
    ) -> String? {
        do throws(FileProblem) {
            let text = String(decoding: try probe.contents(of: file, limit: 4 << 20), as: UTF8.self)
            if marks.contains(where: text.contains) { return text }
            findings.problem(path, "\(file) holds no such thing", expected: expected)
        } catch {
            findings.problem(path, "\(file) \(error)", expected: expected)
        }
        return nil
    }

    private static let certificate = ["-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"]

    // MARK: TLS

    private func checkTLS(_ origin: inout Configuration.Origin, _ path: String, _ findings: inout Findings) {
        if let file = origin.caFile {
            let expected = "a PEM file with certificates"
            _ = pem(file, "\(path).ca_file", holding: Self.certificate, expected: expected, &findings)
        }
        guard let file = origin.clientCertificate else {
            for name in ["client_key", "client_key_passphrase"] where findings.has("\(path).\(name)") {
                let message = "there is no certificate for it"
                findings.problem("\(path).\(name)", message, expected: "client_certificate with it")
            }
            return
        }
        let name = "\(path).client_certificate"
        let chain = pem(file, name, holding: Self.certificate, expected: "a PEM file with a certificate", &findings)
        let hasOwnFile = origin.clientKey != nil
        let keyPath = hasOwnFile ? "\(path).client_key" : name
        guard hasOwnFile || chain != nil,
            let key = pem(
                origin.clientKey ?? file,
                keyPath,
                holding: ["PRIVATE KEY-----"],
                expected: hasOwnFile ? "a PEM file with a private key" : "client_key, or a private key in this file",
                &findings
            )
        else { return }
        if hasOwnFile, let secret = origin.clientKey, probe.status(of: secret)?.isWorldReadable == true {
            findings.warning(keyPath, "every user of this machine can read \(secret)", expected: "mode 0640 or 0600")
        }
        let isEncrypted = key.contains("ENCRYPTED")
        guard origin.clientKeyPassphrase == nil else {
            return read(&origin.clientKeyPassphrase, "\(path).client_key_passphrase", &findings)
        }
        if isEncrypted, !findings.isFaulty("\(path).client_key_passphrase") {
            findings.problem(keyPath, "the private key is encrypted", expected: "client_key_passphrase with it")
        }
    }

    // MARK: Secrets

    /// Reads a secret that may be absent.
    private func read(_ credential: inout Credential?, _ path: String, _ findings: inout Findings) {
        guard var value = credential else { return }
        read(&value, path, &findings)
        credential = value
    }

    /// Reads a secret.
    private func read(_ credential: inout Credential, _ path: String, _ findings: inout Findings) {
        guard !findings.isFaulty(path) else { return }
        switch credential.source {
        case .configuration: break
        case .environment(let name):
            guard let value = probe.variable(name), !value.isEmpty else {
                let expected = "the variable in the environment of larder, or {file: PATH}"
                findings.problem(path, "\(name) is not set in this environment", expected: expected)
                return
            }
            credential.secret = Secret(value)
        case .file(let file):
            let expected = "a file with one line, the secret"
            do throws(FileProblem) {
                let text = String(decoding: try probe.contents(of: file, limit: Self.secretLimit), as: UTF8.self)
                let lines = text.split(whereSeparator: \.isNewline)
                guard lines.count == 1, let line = lines.first else {
                    let what = lines.isEmpty ? "is empty" : "has \(lines.count) lines"
                    return findings.problem(path, "\(file) \(what)", expected: expected)
                }
                credential.secret = Secret(String(line))
            } catch {
                findings.problem(path, "\(file) \(error)", expected: expected)
            }
            if probe.status(of: file)?.isWorldReadable == true {
                findings.warning(path, "every user of this machine can read \(file)", expected: "mode 0640 or 0600")
            }
        }
    }

    private func readFields(_ origin: inout Configuration.Origin, _ path: String, _ findings: inout Findings) {
        for index in origin.headers.indices where origin.headers[index].value.source != .configuration {
            let name = "\(path).headers.\(origin.headers[index].name)"
            read(&origin.headers[index].value, name, &findings)
            if let mistake = fieldValueMistake(origin.headers[index].value.secret.reveal()) {
                findings.problem(name, mistake)
            }
        }
    }

    // MARK: Stores

    private func checkStore(_ origin: inout Configuration.Origin, _ path: String, _ findings: inout Findings) {
        guard origin.url.scheme == .s3 else { return }
        let section = "\(path).s3"
        if origin.s3.endpoint == nil, origin.s3.region == nil, !findings.isFaulty("\(section).endpoint"),
            !findings.isFaulty("\(section).region")
        {
            findings.problem(
                "\(section).region",
                "is missing",
                expected: "the bucket's region, such as eu-central-1, or s3.endpoint"
            )
        }
        let isStandard = origin.s3.accessKey.source == .environment("AWS_ACCESS_KEY_ID")
        if isStandard, origin.s3.sessionToken == nil, probe.variable("AWS_SESSION_TOKEN") != nil {
            origin.s3.sessionToken = Credential(from: .environment("AWS_SESSION_TOKEN"))
        }
        read(&origin.s3.accessKey, "\(section).access_key", &findings)
        read(&origin.s3.secretKey, "\(section).secret_key", &findings)
        read(&origin.s3.sessionToken, "\(section).session_token", &findings)
        if origin.hostHeader != .origin {
            let message = "a request to an object store is signed for its own host"
            findings.problem("\(path).host_header", message, expected: "origin")
        }
        if origin.followRedirects > 0 {
            let message = "an object store redirects only to another region"
            findings.problem("\(path).follow_redirects", message, expected: "0, and the right s3.region")
        }
    }

    // MARK: Schemes

    /// Reports settings that have no effect for the origin's scheme.
    private func checkScheme(_ origin: Configuration.Origin, _ path: String, _ findings: inout Findings) {
        let scheme = origin.url.scheme
        let endpoint = origin.s3.endpoint?.scheme ?? .https
        let isEncrypted = scheme == .https || scheme == .s3 && endpoint == .https
        if !isEncrypted {
            let ofTLS = ["http2", "ca_file", "client_certificate", "server_name"]
            warn(ofTLS, path, "has no effect on \(origin.url)", expected: "it with an https:// URL only", &findings)
        }
        if scheme != .s3 {
            let ofStores = [
                "endpoint", "region", "path_style", "access_key", "secret_key", "session_token", "forbidden",
            ]
            let names = ofStores.map { "s3.\($0)" }
            warn(names, path, "has no effect on \(origin.url)", expected: "it with an s3:// URL only", &findings)
        }
        if scheme == .file {
            let ofHTTP = ["host_header", "headers", "follow_redirects"]
            warn(ofHTTP, path, "has no effect on a directory", expected: "it with another URL only", &findings)
        }
    }

    private func warn(
        _ names: [String],
        _ path: String,
        _ message: String,
        expected: String,
        _ findings: inout Findings
    ) {
        for name in names.map({ "\(path).\($0)" }) where findings.has(name) && !findings.isFaulty(name) {
            findings.warning(name, message, expected: expected)
        }
    }
}
