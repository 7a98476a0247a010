// Value. The checks of several settings together, and of the machine; they run after every setting has been read. They
// skip a setting that already has a problem, so that one mistake gives one message.

/// Checks a whole configuration.
struct Checks {
    let probe: any FileProbe

    func run(_ configuration: inout Configuration, _ findings: inout Findings) {
        checkAdmin(&configuration, &findings)
        checkDirectory(configuration.cache.directory, &findings)
        checkCapacity(configuration.cache, &findings)
        checkOrigins(&configuration, &findings)
        checkAccessLog(configuration.accessLog, &findings)
        checkLimits(configuration, &findings)
        RouteChecks(configuration).run(&findings)
    }

    // MARK: Admin

    private func checkAdmin(_ configuration: inout Configuration, _ findings: inout Findings) {
        let admin = configuration.admin
        if !findings.isFaulty("admin.listen"), !findings.isFaulty("listen"),
            let taken = configuration.listen.first(where: { $0.overlaps(admin.listen) })
        {
            let path = findings.has("admin.listen") || !findings.has("listen") ? "admin.listen" : "listen"
            findings.problem(
                path,
                "the picture port and the admin interface both listen on \(taken)",
                expected: "an address of its own for each (admin.listen is \(admin.listen))"
            )
        }
        if let file = admin.tokenFile {
            configuration.admin.token = token(file, &findings)
        } else if !admin.listen.isLoopback, !findings.has("admin.token_file") {
            findings.problem(
                "admin.listen",
                "\(admin.listen) can be reached by others, and there is no token",
                expected: "admin.token_file, or a loopback address such as 127.0.0.1:8081"
            )
        }
    }

    private func token(_ file: String, _ findings: inout Findings) -> Secret? {
        let path = "admin.token_file"
        let token: Secret
        do {
            token = try TokenFile.read(file, probe: probe)
        } catch {
            findings.problem(path, error)
            return nil
        }
        if probe.status(of: file)?.isWorldReadable == true {
            findings.warning(path, "every user of this machine can read \(file)", expected: "mode 0640 or 0600")
        }
        let length = token.reveal().utf8.count
        if length < 16 {
            findings.warning(path, "the token has \(length) characters", expected: "at least 16, random")
        }
        return token
    }

    // MARK: Files

    private func checkDirectory(_ directory: String, _ findings: inout Findings) {
        let path = "cache.directory"
        guard !directory.isEmpty else {
            if !findings.isFaulty(path), !findings.isFaulty("cache") {
                findings.problem(path, "is missing", expected: "the cache directory, such as /var/cache/larder")
            }
            return
        }
        if directory == "/" {
            findings.problem(path, "is the root directory", expected: "a directory of larder's own")
        } else if let status = probe.status(of: directory) {
            if status.kind == .directory, !status.isWritable {
                // Not a reason to refuse the start: a disk that became read-only must not keep pictures from being
                // served.
                findings.warning(
                    path,
                    "\(directory) is not writable by this user: pictures are served, and not stored",
                    expected: "a directory that larder can write to"
                )
            } else {
                checkUsable(status, directory, path, &findings)
            }
        } else {
            checkParent(of: directory, path, &findings)
        }
    }

    private func checkCapacity(_ cache: Configuration.Cache, _ findings: inout Findings) {
        let path = "cache.max_size"
        guard !cache.directory.isEmpty, !findings.isFaulty(path) else { return }
        let place = probe.status(of: cache.directory) == nil ? FilePath.parent(of: cache.directory) : cache.directory
        guard let capacity = probe.capacity(of: place), cache.maxSize > capacity else { return }
        // Not a reason to refuse the start: a full disk evicts as a full cache does.
        findings.warning(
            path,
            "\(Quantity.size.text(cache.maxSize)) is more than the file system of \(place) has",
            expected: "less than \(capacity >> 20)MiB"
        )
    }

    private func checkUsable(_ status: FileStatus, _ name: String, _ path: String, _ findings: inout Findings) {
        if status.kind != .directory {
            findings.problem(path, "\(name) is not a directory", expected: "a directory")
        } else if !status.isWritable {
            findings.problem(
                path,
                "\(name) is not writable by this user",
                expected: "a directory that larder can write to"
            )
        }
    }

    private func checkParent(of name: String, _ path: String, _ findings: inout Findings) {
        let parent = FilePath.parent(of: name)
        if let status = probe.status(of: parent) {
            checkUsable(status, parent, path, &findings)
        } else {
            findings.problem(path, "\(parent) does not exist", expected: "a path whose parent directory exists")
        }
    }

    private func checkAccessLog(_ log: Configuration.AccessLogSettings?, _ findings: inout Findings) {
        let path = "access_log.path"
        guard let log, log.path != "-", !log.path.isEmpty else { return }
        guard let status = probe.status(of: log.path) else {
            checkParent(of: log.path, path, &findings)
            return
        }
        if status.kind == .directory {
            findings.problem(path, "\(log.path) is a directory", expected: "a file, or - for standard output")
        } else if !status.isWritable {
            findings.problem(
                path,
                "\(log.path) is not writable by this user",
                expected: "a file that larder can write to"
            )
        }
    }

    // MARK: Origins

    private func checkOrigins(_ configuration: inout Configuration, _ findings: inout Findings) {
        if configuration.origins.isEmpty, !findings.has("origins") {
            findings.problem(
                "origins",
                "no origin is given",
                expected: "a list with at least one `- url: http://host/prefix`"
            )
        }
        let checks = OriginChecks(probe: probe)
        checks.run(&configuration.origins, at: "origins", &findings)
        for index in configuration.routes.indices {
            checks.run(&configuration.routes[index].origins, at: "routes[\(index)].origins", &findings)
        }
    }

    // MARK: Limits

    private func checkLimits(_ configuration: Configuration, _ findings: inout Findings) {
        let limits = configuration.limits
        if limits.targetSize > limits.headSize,
            !findings.isFaulty("limits.target_size"), !findings.isFaulty("limits.head_size")
        {
            findings.problem(
                findings.has("limits.target_size") ? "limits.target_size" : "limits.head_size",
                "a target of \(Quantity.size.text(limits.targetSize)) does not fit into the head",
                expected: "target_size of at most head_size (\(Quantity.size.text(limits.headSize)))"
            )
        }
        check(configuration.cache, of: configuration, at: "cache", &findings)
        for (index, route) in configuration.routes.enumerated() where !route.ownCacheSettings.isEmpty {
            check(configuration.cache(of: route), of: configuration, at: "routes[\(index)].cache", &findings)
        }
    }

    private func check(
        _ cache: Configuration.Cache,
        of configuration: Configuration,
        at path: String,
        _ findings: inout Findings
    ) {
        let maxSize = configuration.cache.maxSize
        if let largest = cache.maximumResponse, largest > maxSize, findings.has("\(path).max_response"),
            !findings.isFaulty("\(path).max_response"), !findings.isFaulty("cache.max_size")
        {
            findings.problem(
                "\(path).max_response",
                "\(Quantity.size.text(largest)) does not fit into the cache",
                expected: "at most cache.max_size (\(Quantity.size.text(maxSize)))"
            )
        }
        FreshnessChecks(cache: cache, section: path).run(&findings)
        let names = ["\(path).ttl", "\(path).maximum_ttl"]
        if let ttl = cache.ttl, ttl > cache.maximumTTL, names.contains(where: findings.has),
            !names.contains(where: findings.isFaulty)
        {
            let shown = Quantity.duration.text(cache.maximumTTL.wholeNanoseconds)
            findings.problem(
                findings.has(names[0]) ? names[0] : names[1],
                "a picture cannot be fresh for longer than maximum_ttl (\(shown))",
                expected: "ttl of at most that"
            )
        }
    }
}
