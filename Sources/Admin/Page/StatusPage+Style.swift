// Value. The status page's style: light or dark like the system, one column on a telephone.

extension StatusPage {
    static let style = """
        :root { --ground: #f6f6f3; --card: #fff; --ink: #22251f; --soft: #6b7065; --line: #e3e4de; --mark: #2f6f4f;
          --good: #24704a; --good-ground: #e2f2e8; --bad: #a4311f; --bad-ground: #fbe6e1; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #171916; --card: #20231f; --ink: #e7e9e2; --soft: #9aa092; --line: #33372f; --mark: #7cc59b;
            --good: #8fd6ad; --good-ground: #1f3629; --bad: #f2a593; --bad-ground: #42231c; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1.25rem; }
        h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.02em; color: var(--mark); }
        header p { margin: 0; color: var(--soft); }
        h2 { margin: 0 0 .5rem; font-size: 1rem; }
        h3 { margin: 0; font-size: .8rem; font-weight: 500; color: var(--soft); }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; }
        main { display: grid; gap: 1rem; }
        main > *, .columns > * { min-width: 0; }
        .tiles { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
        .tile b { display: block; font-size: 1.55rem; font-weight: 600; letter-spacing: -.02em; line-height: 1.35;
          white-space: nowrap; }
        .tile i { display: block; font-style: normal; font-size: .8rem; color: var(--soft); }
        meter { width: 100%; height: .5rem; margin-top: .35rem; border: 0; border-radius: 4px; background: var(--line); }
        meter::-webkit-meter-bar { background: var(--line); border: 0; border-radius: 4px; height: .5rem; }
        meter::-webkit-meter-optimum-value { background: var(--mark); border-radius: 4px; }
        meter::-moz-meter-bar { background: var(--mark); border-radius: 4px; }
        .columns { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; }
        th { font-size: .8rem; font-weight: 500; color: var(--soft); }
        th, td { padding: .4rem .6rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
        thead th { border-top: 0; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        th:last-child, td:last-child { padding-right: 0; }
        dl { display: grid; grid-template-columns: 1fr auto; gap: .2rem 1rem; margin: 0; }
        dt { color: var(--soft); }
        dd { margin: 0; text-align: right; }
        #no-limits { margin: 0; color: var(--soft); }
        .good, .bad { padding: .1rem .55rem; border-radius: 99px; font-size: .85rem; }
        .good { color: var(--good); background: var(--good-ground); }
        .bad { color: var(--bad); background: var(--bad-ground); }
        #troubles { margin: 0 0 1rem; padding: .75rem 1rem .75rem 2rem; border-radius: 10px; color: var(--bad);
          background: var(--bad-ground); }
        #troubles:empty { display: none; }
        form { margin-top: 1.25rem; font-size: .85rem; color: var(--soft); }
        input { width: 22rem; max-width: 100%; margin: 0 .35rem; font: inherit; }
        button { font: inherit; }
        footer { margin-top: 1.25rem; font-size: .85rem; color: var(--soft); }
        a { color: var(--mark); }
        """
}
