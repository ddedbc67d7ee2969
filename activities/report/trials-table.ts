import type { TrialSummary } from '../../workflows/words/progress';
import { statusText } from '../wording/endings';
import { counted, formatNumber, formatScore, formatSeconds, formatValue } from '../wording/numbers';
import { html } from './html';
import type { Content, Html } from './html';
import { changedNames } from './stage-view';
import type { StageView } from './stage-view';

/** Rows of one table; the rest of a larger stage is counted, and is in the store. */
const ROWS_MAX = 500;

/** A stage of more trials than this keeps its table folded. */
const OPEN_ROWS_MAX = 12;

/** Hyperparameters that get a column each; where more differ, they share one. */
const COLUMNS_MAX = 6;

interface Column {
  readonly title: Content;
  readonly kind: 'text' | 'number';
  cell(trial: TrialSummary): Content;
}

/**
 * The trials of a stage in the order of their start, with the hyperparameters in which they differ from what it began
 * with.
 */
export function trialsTable(view: StageView, direction: 'minimize' | 'maximize'): Content {
  const { trials, trialCount } = view;
  if (trials.length === 0) return null;
  const shown = trials.slice(0, ROWS_MAX);
  const columns = columnsFor(shown, view);
  const best = bestOf(trials, direction);
  const restsOn = restingTrials(view);
  const rows = shown.map(
    (trial) => html`<tr class="${trial === best && 'best'}">
<th scope="row"><code>${shortId(trial)}</code>${restsOn.has(trial.trialId) && html`<span class="star" title="the answer rests on it">★</span>`}</th>${columns.map(({ kind, cell }) => html`<td class="${kind}">${cell(trial)}</td>`)}</tr>`,
  );
  return html`<details ${trials.length <= OPEN_ROWS_MAX && 'open'}>
<summary>${counted(trialCount, 'trial')}${best !== undefined && `, best score ${formatScore(best.score)}`}</summary>
<div class="scroll"><table class="trials"><thead><tr><th>trial</th>${columns.map(({ kind, title }) => html`<th class="${kind}">${title}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
${restsOn.size > 0 && html`<p class="quiet">★ the answer rests on it</p>`}
${trials.length > shown.length && html`<p class="quiet">and ${counted(trials.length - shown.length, 'more trial')}, in decisions/${view.progress.stageId}.json beside this report</p>`}</details>`;
}

function columnsFor(trials: readonly TrialSummary[], { incumbent }: StageView): readonly Column[] {
  const names = [...new Set(trials.flatMap(({ hparams }) => changedNames(incumbent, hparams)))].sort();
  const hparams =
    names.length <= COLUMNS_MAX
      ? names.map((name): Column => ({
          title: html`<code>${name}</code>`,
          kind: 'number',
          cell: (trial) => formatValue(trial.hparams[name]),
        }))
      : [{ title: 'differs in', kind: 'text', cell: (trial) => differences(trial, incumbent) } satisfies Column];
  const score: Column = { title: 'score', kind: 'number', cell: (trial) => formatScore(trial.score) };
  return [
    { title: 'what', kind: 'text', cell: ({ label }) => label },
    {
      title: 'status',
      kind: 'text',
      cell: (trial) =>
        html`<span class="status ${trial.brokeDownAt === undefined ? trial.status : 'completed'}">${statusText(trial, 'report', formatNumber)}${trial.reused && ', reused'}</span>`,
    },
    ...(trials.some((trial) => trial.score !== null) ? [score] : []),
    {
      title: 'device time',
      kind: 'number',
      cell: ({ status, deviceSeconds }) =>
        html`<span class="nowrap">${status === 'running' ? '–' : formatSeconds(deviceSeconds)}</span>`,
    },
    ...hparams,
  ];
}

/** The trials that a decision rests on, where it does not rest on all. */
function restingTrials({ decision, trials }: StageView): ReadonlySet<string> {
  const restsOn = new Set(decision?.evidence.trialIds);
  return trials.every(({ trialId }) => restsOn.has(trialId)) ? new Set() : restsOn;
}

function bestOf(trials: readonly TrialSummary[], direction: 'minimize' | 'maximize'): TrialSummary | undefined {
  const sign = direction === 'minimize' ? 1 : -1;
  const scored = trials.filter(({ score }) => score !== null);
  return scored.reduce<TrialSummary | undefined>(
    (best, trial) => (best === undefined || sign * (trial.score ?? 0) < sign * (best.score ?? 0) ? trial : best),
    undefined,
  );
}

/** The part of a trial's id that its stage does not say already. */
function shortId({ trialId, stageId }: TrialSummary): string {
  return trialId.startsWith(`${stageId}/`) ? trialId.slice(stageId.length + 1) : trialId;
}

function differences({ hparams }: TrialSummary, incumbent: StageView['incumbent']): Html {
  return html`${changedNames(incumbent, hparams).map((name) => html`<span class="pair"><code>${name}</code> ${formatValue(hparams[name])}</span> `)}`;
}
