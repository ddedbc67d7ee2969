/**
 * The study at a glance: what to be careful about, what each stage answered and cost, and how the hyperparameters
 * moved.
 *
 * @module
 */
import type { Decision } from '../../workflows/stages/stage';
import type { HParams } from '../../workflows/words/trial';
import { counted, formatSeconds, formatValue } from '../wording/numbers';
import { html } from './html';
import type { Content, Html } from './html';
import { changedNames } from './stage-view';
import type { ReportInput, StageView } from './stage-view';

/** Everything that weakens the answer: warnings of the stages, and what was not done. */
export function cautions({ record }: ReportInput, views: readonly StageView[]): Content {
  const notes = views.flatMap((view) => [
    ...(view.decision?.evidence.warnings ?? []).map((warning) => ({ view, text: warning })),
    ...(view.decision?.confidence === 'low' && view.replacement === undefined
      ? [{ view, text: `the confidence of this answer is low${doubtsIn(view.decision)}` }]
      : []),
  ]);
  const ended = record.progress.status !== 'running' && record.progress.status !== 'resolving';
  const skipped = views.filter(({ begun }) => ended && !begun);
  const cut = views.filter(({ begun, decision }) => ended && begun && decision === undefined);
  if (notes.length + skipped.length + cut.length === 0) return null;
  return html`<section class="cautions"><h2>What to be careful about</h2><ul>
${cut.map((view) => html`<li>${link(view)} was cut short after ${counted(view.trialCount, 'trial')} of at most ${view.progress.trialsPlanned}, and has no answer</li>`)}
${skipped.length > 0 && html`<li>never begun: ${skipped.map((view, i) => html`${i > 0 && ', '}${link(view)}`)}</li>`}
${notes.map(({ view, text }) => html`<li>${link(view)}: ${text}</li>`)}
</ul></section>`;
}

/** One row for each stage. */
export function stageOverview(views: readonly StageView[]): Html {
  const longest = Math.max(...views.map(({ deviceSeconds }) => deviceSeconds), Number.MIN_VALUE);
  return html`<section><h2>Stages</h2><div class="scroll"><table class="stages"><thead>
<tr><th>stage</th><th>answer</th><th>confidence</th><th class="number">trials</th><th>device time</th></tr></thead><tbody>
${views.map(
  (
    view,
  ) => html`<tr><th scope="row">${link(view)}</th><td>${answerOf(view)}</td><td>${confidence(view)}</td><td class="number">${view.trialCount}</td>
<td><span class="bar" style="width:${((view.deviceSeconds / longest) * 5).toFixed(2)}em"></span>${formatSeconds(view.deviceSeconds)}</td></tr>`,
)}
</tbody></table></div></section>`;
}

/** Every hyperparameter that the study moved, from its start through the stages to the end; the others in a fold. */
export function hparamOverview({ record }: ReportInput, views: readonly StageView[]): Html {
  const start = record.study.training.hparams;
  const end = finalHParams(record.final?.hparams, views, start);
  const moved = [
    ...new Set(
      views.flatMap(({ decision, incumbent }) =>
        decision === undefined ? [] : changedNames(incumbent, decision.hparams),
      ),
    ),
  ].sort();
  const kept = Object.keys(end)
    .filter((name) => !moved.includes(name))
    .sort();
  return html`<section><h2>${record.final === null ? 'Hyperparameters so far' : 'Final hyperparameters'}</h2>
${
  moved.length === 0
    ? html`<p class="quiet">No stage changed any.</p>`
    : html`<div class="scroll"><table><thead>
<tr><th>hyperparameter</th><th class="number">start</th><th class="number">${record.final === null ? 'now' : 'final'}</th><th>decided by</th></tr></thead><tbody>
${moved.map((name) => html`<tr><th scope="row"><code>${name}</code></th><td class="number">${formatValue(start[name])}</td><td class="number strong">${formatValue(end[name])}</td><td>${decidedBy(name, views)}</td></tr>`)}
</tbody></table></div>`
}
<details><summary>${counted(kept.length, 'hyperparameter')} as the study began</summary><p class="pairs">${kept.map((name) => html`<span><code>${name}</code> ${formatValue(end[name])}</span> `)}</p></details></section>`;
}

/** A stage by its id, linked to its section if it has one. */
function link({ anchor, begun, progress }: StageView): Html {
  if (!begun) return html`${progress.stageId}`;
  return html`<a href="#${anchor}">${progress.stageId}</a>`;
}

/** Confidence as a word with a shape, so that it does not hang on colour. */
export function confidence({ decision, progress }: StageView): Html {
  if (decision === undefined)
    return html`<span class="quiet">${progress.status === 'running' ? 'no answer yet' : 'not begun'}</span>`;
  const dots = { low: '●○○', medium: '●●○', high: '●●●' }[decision.confidence];
  return html`<span class="confidence ${decision.confidence}"><span aria-hidden="true">${dots}</span> ${decision.confidence}</span>`;
}

/** What keeps a confidence from being high, e.g. `, since one seed each`. */
export function doubtsIn({ doubts = [] }: Pick<Decision, 'doubts'>): string {
  return doubts.length === 0 ? '' : `, since ${doubts.join('; ')}`;
}

function finalHParams(final: HParams | undefined, views: readonly StageView[], start: HParams): HParams {
  return final ?? views.findLast(({ decision }) => decision !== undefined)?.decision?.hparams ?? start;
}

function answerOf({ decision, incumbent, replacement }: StageView): Content {
  if (decision === undefined) return null;
  if (replacement !== undefined) return html`<span class="quiet">replaced by ${replacement.stageId}</span>`;
  const changed = changedNames(incumbent, decision.hparams);
  if (decision.finalTrialId !== undefined) return 'the model';
  if (changed.length === 0) return html`<span class="quiet">keeps what it began with</span>`;
  return changed.map(
    (name, i) =>
      html`${i > 0 && ', '}<span class="pair"><code>${name}</code> ${formatValue(decision.hparams[name])}</span>`,
  );
}

function decidedBy(name: string, views: readonly StageView[]): Content {
  const deciders = views.filter(
    ({ decision, incumbent }) => decision !== undefined && decision.hparams[name] !== incumbent[name],
  );
  return deciders.map(
    (view, i) =>
      html`${i > 0 && ' → '}${link(view)}${deciders.length > 1 && html` (${formatValue(view.decision?.hparams[name])})`}`,
  );
}
