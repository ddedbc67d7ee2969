/**
 * A study's report: one HTML page that needs nothing else, neither scripts nor a network, and holds no clock, so that
 * the same study always gives the same bytes.
 *
 * @module
 */
import { bearing } from './bearing';
import { confusions } from './confusions';
import { headline } from './headline';
import { changes, origins, recoveries } from './history';
import { html, markupOf } from './html';
import { cautions, hparamOverview, stageOverview } from './overview';
import { provenance } from './provenance';
import { stageSection } from './stage-section';
import { stageViews } from './stage-view';
import type { ReportInput } from './stage-view';
import { STYLE } from './style';

export type { ReportInput } from './stage-view';

/** The report of a study at any point of its life: completed, still running, cancelled or failed. */
export function renderReport(input: ReportInput): string {
  const { record } = input;
  const views = stageViews(input);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${record.study.name} – Stepwell study</title>
<style>${STYLE}</style></head><body><main>
${headline(input, views)}
${cautions(input, views)}
${hparamOverview(input, views)}
${bearing(input, views)}
${stageOverview(views)}
${views.filter(({ begun }) => begun).map((view) => stageSection(view, record.study.objective.direction))}
${confusions(record.final)}
${changes(record.progress.changes)}
${origins(record.origins ?? [])}
${recoveries(record.progress)}
${provenance(input)}
</main></body></html>
`;
  return markupOf(page);
}
