// larder verify: checks a cache directory that no larder uses, against its checksums and its index.

import Admin
import ArgumentParser
import Coding
import LarderKit
import Settings
import Store

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the stored pictures against their checksums.",
        discussion: """
            Reads the whole cache directory and changes nothing. larder must not be running. Damage does no harm: a \
            damaged picture is never served, and is fetched again at the next request for it. Damaged pictures are \
            listed with their volumes (the first 1000). The exit status is 1 if there is damage, and 0 if there is none \
            or only the traces of a crash.

            EXAMPLES
              larder verify
              larder verify --json
            """
    )

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        try await reportingFailures {
            let directory = try directory()
            let report: VerificationReport
            do {
                report = try Store.verify(directory: directory)
            } catch let error as StoreError {
                throw Failure(Self.words(error, directory))
            }
            json.isWanted ? Console.print(Self.json(report).indented) : Self.printReport(report, directory)
            guard report.isSound else { throw ExitCode.failure }
        }
    }

    private func directory() throws(Failure) -> String {
        let hint = "the rest of the file does not matter here"
        let path = options.path
        let found = try Failure.reportingProblems(hint) { () throws(ConfigurationProblems) in
            try ConfigurationFile.parts(of: path).cacheDirectory()
        }
        guard let found else { throw Failure("\(options.path): cache.directory: is missing; \(hint)") }
        return found
    }

    private static func words(_ error: StoreError, _ directory: String) -> String {
        switch error.kind {
        case .inUse: "\(directory) is in use: stop larder first"
        case .missing: "\(directory) is not a cache directory (cache.directory)"
        case .corrupt: "\(directory) has another format: \(error.detail)"
        case .full, .readOnly, .io, .index: "\(error)"
        }
    }

    private static func figures(_ report: VerificationReport) -> [(name: String, title: String, value: Int)] {
        [
            ("volumes", "volumes", report.volumes), ("records", "records", report.records),
            ("complete", "whole and right", report.complete), ("reserved", "not finished", report.reserved),
            ("removed", "removed", report.removed), ("broken", "broken", report.broken),
            ("unusable_volumes", "unusable volumes", report.unusableVolumes),
            ("empty_volumes", "empty volumes", report.emptyVolumes),
            ("skipped_bytes", "bytes of no record", Int(report.skippedBytes)),
            ("rows", "rows of the index", report.rows),
            ("rows_without_record", "rows without a record", report.rowsWithoutRecord),
            ("rows_of_removed_records", "rows of removed records", report.rowsOfRemovedRecords),
            ("rows_of_gone_volumes", "rows of volumes that are gone", report.rowsOfGoneVolumes),
            ("records_without_row", "records without a row", report.recordsWithoutRow),
        ]
    }

    private static func json(_ report: VerificationReport) -> JSON {
        .object(
            figures(report).map { JSON.Member($0.name, .integer($0.value)) } + [
                .init("body_bytes", .integer(Int(report.bodyBytes))),
                .init("damage", .array(report.damage.map(json))),
                .init("is_index_readable", .bool(report.isIndexReadable)), .init("is_sound", .bool(report.isSound)),
            ]
        )
    }

    private static func json(_ damage: VerificationDamage) -> JSON {
        [
            "kind": .string(damage.kind.rawValue), "key": damage.key.map { .string($0) } ?? .null,
            "volume": .integer(damage.volume), "offset": damage.offset.map { .integer(Int($0)) } ?? .null,
        ]
    }

    private static func words(_ kind: VerificationDamage.Kind) -> String {
        switch kind {
        case .broken: "broken"
        case .rowWithoutRecord: "row without a record"
        case .unusableVolume: "unusable volume"
        }
    }

    private static func printReport(_ report: VerificationReport, _ directory: String) {
        let state = report.isSound ? "sound" : "damaged; broken pictures are never served"
        Console.print("\(directory): \(state)")
        var table = TextTable(.left, .right)
        for (_, title, value) in figures(report) where value > 0 { table.add(title, Readable.number(value)) }
        table.add("pictures", Readable.bytes(Int(report.bodyBytes)))
        for line in table.lines(indent: 2) { Console.print(line) }
        var damage = TextTable(.left, .left, .left)
        for item in report.damage {
            damage.add(words(item.kind), "volumes/\(item.volume).volume", item.key ?? "")
        }
        for line in damage.lines(indent: 2) { Console.print(line) }
        let named = report.damage.count
        let all = report.broken + report.rowsWithoutRecord + report.unusableVolumes
        if all > named { Console.print("  … and \(Readable.number(all - named)) more") }
        if !report.isIndexReadable { Console.print("  the index cannot be read; larder rebuilds it at its next start") }
    }
}
