// Golden pairs: a text, and every problem it has with line, setting, what is wrong and what is expected.

import Settings
import Testing

@Suite("every problem is reported, with its line") struct ProblemTests {
    @Test(
        "one mistake gives one message",
        arguments: [
            (
                "cache:\n  directory: /var/cache/larder\n",
                "l.yaml: origins: no origin is given; expected a list with at least one `- url: http://host/prefix`"
            ),
            (
                "origins: [{url: 'http://a'}]\n",
                "l.yaml: cache.directory: is missing; expected the cache directory, such as /var/cache/larder"
            ),
            (
                "origins: [{url: 'http://a'}]\ncache:\n  memory: 0\n",
                "l.yaml:2: cache.directory: is missing; expected the cache directory, such as /var/cache/larder"
            ),
            (
                minimum + "sizes: 1\n",
                "l.yaml:3: sizes: unknown setting; expected one of listen, threads, forward_headers, forwarded, "
                    + "loop_id, admin, origins, routes, access_log, log, cache or limits"
            ),
            (minimum + "limit: {}\n", "l.yaml:3: limit: unknown setting; expected limits (did you mean that?)"),
            (minimum + "max_size: 1GB\n", "l.yaml:3: max_size: unknown setting; expected it at cache.max_size"),
            (
                minimum + "threads: many\n",
                "l.yaml:3: threads: \"many\" is not a whole number; expected a whole number from 1 to 256"
            ),
            (minimum + "threads: 257\n", "l.yaml:3: threads: 257 is too much; expected 1 to 256"),
            (minimum + "threads:\n", "l.yaml:3: threads: has no value; expected a whole number from 1 to 256"),
            (minimum + "threads: [1]\n", "l.yaml:3: threads: is a list; expected a whole number from 1 to 256"),
            (minimum + "log: notice\n", "l.yaml:3: log: is a single value; expected settings, each as `name: value`"),
            (
                minimum + "log: {level: warn}\n",
                "l.yaml:3: log.level: \"warn\" is not known here; expected trace, debug, info, notice, warning, error or critical"
            ),
            (
                minimum + "log: {level: warnign}\n",
                "l.yaml:3: log.level: \"warnign\" is not known here; expected warning (did you mean that?)"
            ),
            (minimum + "limits:\n  fields: 9\n", "l.yaml:4: limits.fields: 9 is too little; expected 10 to 1000"),
            (
                minimum + "limits:\n  idle_timeout: 60\n",
                "l.yaml:4: limits.idle_timeout: \"60\" has no unit; expected a duration with its unit, such as 250ms, 30s, 5m, 1h or 2d"
            ),
            (
                minimum + "limits: {target_size: 64KiB}\n",
                "l.yaml:3: limits.target_size: a target of 64KiB does not fit into the head; expected target_size of at most head_size (32KiB)"
            ),
            (
                minimum + "limits: {head_size: 4KiB}\n",
                "l.yaml:3: limits.head_size: a target of 8KiB does not fit into the head; expected target_size of at most head_size (4KiB)"
            ),
            (minimum + "listen: []\n", "l.yaml:3: listen: the list is empty; expected at least one address"),
            (
                minimum + "listen:\n  - 127.0.0.1:80\n  - localhost:80\n",
                "l.yaml:5: listen[1]: localhost:80 is already listened on (127.0.0.1:80); expected each address once"
            ),
            (
                minimum + "listen: 127.0.0.1:8081\n",
                "l.yaml:3: listen: the picture port and the admin interface both listen on 127.0.0.1:8081; expected an address of its own for each (admin.listen is 127.0.0.1:8081)"
            ),
            (
                minimum + "admin:\n  listen: 127.0.0.1:8080\n",
                "l.yaml:4: admin.listen: the picture port and the admin interface both listen on 127.0.0.1:8080; expected an address of its own for each (admin.listen is 127.0.0.1:8080)"
            ),
            (
                minimum + "admin: {listen: '0.0.0.0:9'}\n",
                "l.yaml:3: admin.listen: 0.0.0.0:9 can be reached by others, and there is no token; expected admin.token_file, or a loopback address such as 127.0.0.1:8081"
            ),
            (
                minimum + "admin: {token_file: /none}\n",
                "l.yaml:3: admin.token_file: /none does not exist; expected a file with one line, the token"
            ),
            (
                minimum + "access_log: {format: json}\n",
                "l.yaml:3: access_log.path: is missing; expected a file, or - for standard output"
            ),
            (
                minimum + "access_log: {path: /no/where/a.log}\n",
                "l.yaml:3: access_log.path: /no/where does not exist; expected a path whose parent directory exists"
            ),
            (
                minimum + "access_log: {path: /var/log/larder}\n",
                "l.yaml:3: access_log.path: /var/log/larder is a directory; expected a file, or - for standard output"
            ),
            (
                minimum + "log: {level: info}\nlog: {level: info}\n",
                "l.yaml:4: log: is given twice (first in line 3); expected it once"
            ),
            (
                minimum + "forward_headers: picture\n",
                "l.yaml:3: forward_headers: \"picture\" is not known here; expected pictures (did you mean that?)"
            ),
            (
                minimum + "forward_headers: [Accept, 'X Y']\n",
                "l.yaml:3: forward_headers[1]: \"X Y\" is not a field name; expected such as Accept"
            ),
            (
                minimum + "forwarded: maybe\n",
                "l.yaml:3: forwarded: \"maybe\" is not known here; expected keep, add or remove"
            ),
            (
                minimum + "loop_id: 'a b'\n",
                "l.yaml:3: loop_id: \"a b\" is not a name; expected such as larder-web-03"
            ),
            (
                minimum + "limits: {\"fields\": 20, 'fields': 30}\n",
                "l.yaml:3: limits.fields: is given twice (first in line 3); expected it once"
            ),
        ]
    )
    func one(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(
        "a cache section says where and how much",
        arguments: [
            (
                "directory: /no/where/larder",
                "cache.directory: /no/where does not exist; expected a path whose parent directory exists"
            ),
            (
                "directory: /etc/larder/cache",
                "cache.directory: /etc/larder is not writable by this user; expected a directory that larder can write to"
            ),
            (
                "directory: /etc/larder/token",
                "cache.directory: /etc/larder/token is not a directory; expected a directory"
            ),
            (
                "directory: /etc/larder/token/cache",
                "cache.directory: /etc/larder/token is not a directory; expected a directory"
            ),
            ("directory: /", "cache.directory: is the root directory; expected a directory of larder's own"),
            (
                "directory: ~/cache",
                "cache.directory: \"~/cache\" begins with ~, which only a shell expands; expected a path"
            ),
            ("directory: {a: 1}", "cache.directory: is a section; expected a path"),
            (
                "directory: /var/cache/x, max_size: 31MiB",
                "cache.max_size: 31MiB is too little; expected 32MiB to 1024TiB"
            ),
            (
                "directory: /var/cache/x, max_size: 50",
                "cache.max_size: \"50\" has no unit; expected a size with its unit, such as 512MiB or 50GB"
            ),
            (
                "directory: /var/cache/x, max_response: 20GB",
                "cache.max_response: 20GB does not fit into the cache; expected at most cache.max_size (10GB)"
            ),
            (
                "directory: /var/cache/x, heuristic_fraction: 1.5",
                "cache.heuristic_fraction: 1.5 is too much; expected 0.0 to 1.0"
            ),
            (
                "directory: /var/cache/x, heuristic_fraction: nan",
                "cache.heuristic_fraction: \"nan\" is not a number; expected a number from 0.0 to 1.0"
            ),
            (
                "directory: /var/cache/x, key_case: Insensitive",
                "cache.key_case: \"Insensitive\" is not known here; expected insensitive (did you mean that?)"
            ),
        ]
    )
    func cache(section: String, problem: String) {
        #expect(problems("cache: {\(section)}\norigins: [{url: 'http://a'}]\n") == ["l.yaml:1: " + problem])
    }

    @Test(
        "an origin says what it lacks",
        arguments: [
            ("origins: []", "l.yaml:2: origins: the list is empty; expected 1 to 64 origins"),
            (
                "origins: http://a",
                "l.yaml:2: origins: is a single value; expected a list, each item as `- url: http://host/prefix`"
            ),
            (
                "origins:\n  - http://a",
                "l.yaml:3: origins[0]: is a single value; expected settings, each as `name: value`"
            ),
            (
                "origins:\n  - connections: 3",
                "l.yaml:3: origins[0].url: is missing; expected the origin's URL, such as http://host/prefix"
            ),
            (
                "origins:\n  - url: http://a\n  - url: HTTP://A:80/",
                "l.yaml:4: origins[1].url: http://a is already origins[0]; expected each origin once"
            ),
            (
                "origins:\n  - url: ftp://a",
                "l.yaml:3: origins[0].url: the scheme \"ftp\" is not supported; expected http, https, file or s3"
            ),
            (
                "origins:\n  - url: http://a\n    authoritative: yes",
                "l.yaml:4: origins[0].authoritative: \"yes\" is not known here; expected true or false"
            ),
            (
                "origins:\n  - url: http://a\n    timeout: 3s",
                "l.yaml:4: origins[0].timeout: unknown setting; expected one of url, strip, prefix, authoritative, connect_timeout, first_byte_timeout, stall_timeout, hedge_after, probe, probe_interval, connections, queue, queue_timeout, http2, follow_redirects, host_header, headers, ca_file, client_certificate, client_key, client_key_passphrase, server_name or s3"
            ),
            (
                "origins:\n  - url: http://a\n    ca_file: /none.pem",
                "l.yaml:4: origins[0].ca_file: /none.pem does not exist; expected a PEM file with certificates"
            ),
            (
                "origins:\n  - url: http://a\n    host_header: a/b",
                "l.yaml:4: origins[0].host_header: \"a/b\" is not a host name or an IP address; expected origin, client or a host name"
            ),
            (
                "origins:\n  - url: http://a\n    headers:\n      Host: b",
                "l.yaml:5: origins[0].headers.Host: Host has a setting of its own; expected host_header"
            ),
            (
                "origins:\n  - url: http://a\n    headers: {'A B': c}",
                "l.yaml:4: origins[0].headers.A B: is not a field name; expected letters, digits and hyphens"
            ),
            (
                "origins:\n  - url: http://a\n    headers: {A: \"b\\r\\nC: d\"}",
                "l.yaml:4: origins[0].headers.A: the value is not one line of text; expected at most 4096 bytes, no line break"
            ),
            (
                "origins:\n  - url: http://a\n    headers: {A: b, a: c}",
                "l.yaml:4: origins[0].headers.a: is given twice (case does not count); expected it once"
            ),
            (
                "origins:\n  - url: http://a\n    headers: {Range: b}",
                "l.yaml:4: origins[0].headers.Range: larder sets this field itself; expected another field"
            ),
            (
                "origins:\n  - url: file:///etc/larder/token",
                "l.yaml:3: origins[0].url: /etc/larder/token is not a directory; expected a directory"
            ),
        ]
    )
    func origin(section: String, problem: String) {
        #expect(problems("cache: {directory: /var/cache/larder}\n\(section)\n") == [problem])
    }

    @Test("all problems of a file are reported at once, in the order of its lines") func all() {
        let text = """
            lisen: 127.0.0.1:8080
            admin:
              listen: 8081
            cache:
              max_size: 50
              max_size: 60GB
              memory: 1gb
              grace: soon
              grace: 3s
              grace: 4s
            origins:
              - url: files-1.lan
              - authoritative: true
            log: {level: loud}
            """
        #expect(
            problems(text) == [
                "l.yaml:1: lisen: unknown setting; expected listen (did you mean that?)",
                "l.yaml:3: admin.listen: \"8081\" has no host; expected 127.0.0.1:8081 for this machine only, or 0.0.0.0:8081 for every interface",
                "l.yaml:4: cache.directory: is missing; expected the cache directory, such as /var/cache/larder",
                "l.yaml:5: cache.max_size: \"50\" has no unit; expected a size with its unit, such as 512MiB or 50GB",
                "l.yaml:6: cache.max_size: is given twice (first in line 5); expected it once",
                "l.yaml:7: cache.memory: unknown unit \"gb\"; expected GB",
                "l.yaml:8: cache.grace: \"soon\" is not a duration; expected a duration with its unit, such as 250ms, 30s, 5m, 1h or 2d",
                "l.yaml:9: cache.grace: is given twice (first in line 8); expected it once",
                "l.yaml:10: cache.grace: is given twice (first in line 8); expected it once",
                "l.yaml:12: origins[0].url: \"files-1.lan\" is not a URL; expected http://host:port/prefix, https://host/prefix, file:///directory or s3://bucket/prefix",
                "l.yaml:13: origins[1].url: is missing; expected the origin's URL, such as http://host/prefix",
                "l.yaml:14: log.level: \"loud\" is not known here; expected trace, debug, info, notice, warning, error or critical",
            ]
        )
    }

    @Test("a problem knows its column") func column() throws {
        let error = #expect(throws: ConfigurationProblems.self) {
            try ConfigurationFile.parse(text: minimum + "limits: {fields: 1}\n", file: "l.yaml", probe: FakeMachine())
        }
        let problem = try #require(error?.problems.first)
        #expect(problem.line == 3)
        #expect(problem.column == 18)
        #expect(problem.path == "limits.fields")
    }
}
