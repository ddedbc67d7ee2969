import { trusted } from './html';

/**
 * The style sheet. Series colours are those of Okabe and Ito, which people with any colour vision can tell apart,
 * darkened where they would be faint on white.
 *
 * Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
 */
export const STYLE = trusted(`
:root { color-scheme: light dark; --page: #fff; --text: #1c2127; --quiet: #5c6670; --line: #dfe3e8; --soft: #f4f6f8; --accent: #0a5c8f;
  --warn: #8a5300; --warn-soft: #fff6e5; --good: #00704f; --bad: #b3261e;
  --s0: #0072b2; --s1: #d55e00; --s2: #008a66; --s3: #b8568f; --s4: #b07900; --s5: #2a94cf; --s6: #555d66; }
@media (prefers-color-scheme: dark) { :root { --page: #14181c; --text: #e4e8ec; --quiet: #98a2ad; --line: #313941; --soft: #1c2228; --accent: #6cb9ea;
  --warn: #f0b65a; --warn-soft: #2b2312; --good: #46c79c; --bad: #ff8a80;
  --s0: #56a8e0; --s1: #f0834a; --s2: #2fbf93; --s3: #dd8bbb; --s4: #e8b13c; --s5: #8bd0f5; --s6: #aab4be; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
section { margin-top: 2.2rem; }
p, ul, ol { margin: .4rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl, dd { margin: 0; }
.kicker { color: var(--quiet); margin: 0 0 .3rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
.nowrap { white-space: nowrap; }
.badge { border: 1px solid currentColor; border-radius: 1em; padding: .05em .65em; margin-left: .4em; font-size: .82rem; }
.badge.completed { color: var(--good); } .badge.failed { color: var(--bad); } .badge.cancelled, .badge.running { color: var(--warn); }
.answer, .figures { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin-bottom: 1rem; }
.answer dt, .figures dt { color: var(--quiet); font-size: .9rem; }
.answer dd { font-size: 2.6rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures { border-block: 1px solid var(--line); padding: .8rem 0; gap: .8rem 3rem; }
.figures dd { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.answer small, .figures small { display: block; font-size: .82rem; font-weight: 400; color: var(--quiet); line-height: 1.4; }
.notice { background: var(--soft); border-left: 4px solid var(--warn); padding: .6rem 1rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
.notice.failed { border-color: var(--bad); }
.cautions { background: var(--warn-soft); border-left: 4px solid var(--warn); padding: .8rem 1rem; }
.cautions ul { padding-left: 1.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem 1.1rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--quiet); font-size: .85rem; white-space: nowrap; vertical-align: bottom; }
th:last-child, td:last-child { padding-right: .2rem; }
table code, table a { white-space: nowrap; overflow-wrap: normal; } td.text { min-width: 7.5em; } td.name { white-space: nowrap; }
.number { text-align: right; }
.strong, tr.best td { font-weight: 650; }
.pair, .change { white-space: nowrap; } .pairs span { margin-right: 1.1em; }
.bar { display: inline-block; height: .62em; background: var(--s0); margin-right: .5em; }
.stages td:last-child { white-space: nowrap; }
.stage { border-top: 1px solid var(--line); padding-top: 1.6rem; }
.step { display: inline-block; min-width: 1.7em; margin-right: .5em; text-align: center; border-radius: 1em; background: var(--accent); color: var(--page); font-size: .85em; font-variant-numeric: tabular-nums; }
.question { margin-top: 0; }
.decision { background: var(--soft); border-left: 4px solid var(--accent); padding: .7rem 1rem; margin: .8rem 0 1rem; overflow-wrap: anywhere; }
.because { font-size: 1.06rem; }
.change { margin-right: 1em; }
.confidence { white-space: nowrap; } .confidence.low { color: var(--warn); } .confidence.high { color: var(--good); }
.replaced { border-left: 3px solid var(--warn); padding-left: 0.6rem; }
.warnings { color: var(--warn); padding-left: 1.2rem; }
.alternatives { padding-left: 1.2rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1.2rem 1.6rem; margin: 1rem 0; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
.plot > svg { display: block; width: 100%; max-width: 36rem; height: auto; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
.plot path { fill: none; }
.grid path { stroke: var(--line); stroke-width: .7; }
.axis { stroke: var(--quiet); }
.ticks text { fill: var(--quiet); }
.mark path { stroke: var(--text); stroke-dasharray: 2 2; } .mark text { fill: var(--text); }
.mark text, .names text { paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
.series path { stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; } .series circle { fill: currentColor; stroke: var(--page); }
.names text { fill: currentColor; font-weight: 600; }
.bars text { fill: var(--text); } .plot .bars .fill { fill: var(--s0); } .bars .spread { stroke: var(--text); stroke-width: 1.6; } .bars .faint { opacity: .45; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); } .s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0; list-style: none; font-size: .85rem; overflow-wrap: anywhere; }
.legend svg { width: 24px; height: 8px; margin-right: .4em; } .legend path { fill: none; stroke: currentColor; stroke-width: 2.5; } .legend circle { fill: currentColor; }
.confusion th, .confusion td { padding: .15rem .35rem; text-align: center; white-space: nowrap; } .confusion th[scope=row] { text-align: right; }
.confusion .right { background: color-mix(in srgb, var(--s2) var(--share), transparent); } .confusion .wrong { background: color-mix(in srgb, var(--s1) var(--share), transparent); }
details { margin: .8rem 0; } summary { cursor: pointer; color: var(--accent); font-size: .92rem; }
.star { color: var(--warn); margin-left: .3em; }
.status.diverged, .status.dead, .status.outOfMemory, .status.invalid { color: var(--warn); } .status.running, .status.paused { color: var(--quiet); }
.facts > div { display: grid; grid-template-columns: 9rem 1fr; gap: 1rem; border-bottom: 1px solid var(--line); padding: .35rem 0; font-size: .92rem; }
.facts dt { color: var(--quiet); } .facts dd { min-width: 0; overflow-wrap: anywhere; } .layers { padding-left: 1.4rem; }
@media (max-width: 40rem) { main { padding: 1.2rem 1rem 3rem; } h1 { font-size: 1.7rem; } .answer dd { font-size: 2.1rem; } .answer, .figures { gap: .8rem 1.8rem; }
  .facts > div { grid-template-columns: 1fr; gap: 0; } }
@media print { :root { color-scheme: light; --page: #fff; --text: #000; --quiet: #444; --line: #ccc; --soft: #fff; --warn-soft: #fff; } body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  .scroll { overflow: visible; } figure, tr, .decision { break-inside: avoid; } h2, h3 { break-after: avoid; } details::details-content { content-visibility: visible; block-size: auto; } summary { list-style: none; } a { text-decoration: none; } }
`);
