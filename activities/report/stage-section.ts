import type { Decision } from '../../workflows/stages/stage';
import type { HParams } from '../../workflows/words/trial';
import { counted, formatSeconds, formatValue } from '../wording/numbers';
import { evidenceTable } from './evidence-table';
import { renderBars } from './bars';
import { html } from './html';
import type { Content, Html } from './html';
import { confidence, doubtsIn } from './overview';
import { renderPlot } from './plot';
import { changedNames } from './stage-view';
import type { StageView } from './stage-view';
import { trialsTable } from './trials-table';

/** One stage: its question, its answer with the reason, the evidence, what else was possible, and its trials. */
export function stageSection(view: StageView, direction: 'minimize' | 'maximize'): Html {
  const { progress, decision, anchor, number, trialCount, deviceSeconds } = view;
  return html`<section class="stage" id="${anchor}">
<h2><span class="step">${number}</span>${progress.stageId}</h2>
<p class="question">${asQuestion(progress.question)} <span class="quiet">${counted(trialCount, 'trial')}, ${formatSeconds(deviceSeconds)} of device time${progress.inserted !== undefined && html`; put in: ${progress.inserted}`}</span></p>
${decision === undefined ? noAnswer(view) : answer(decision, view)}
${decision !== undefined && evidence(decision)}
${trialsTable(view, direction)}
</section>`;
}

/** `whether` asks nothing by itself. */
function asQuestion(question: string): string {
  return `${question.charAt(0).toUpperCase()}${question.slice(1)}${/^(which|what|how)\b/.test(question) ? '?' : ''}`;
}

function noAnswer({ progress, trialCount }: StageView): Html {
  return html`<p class="quiet">No answer: the stage had started ${counted(trialCount, 'trial')} of at most ${progress.trialsPlanned}.</p>`;
}

function answer(decision: Decision, view: StageView): Html {
  const { warnings } = decision.evidence;
  const { replacement } = view;
  return html`<div class="decision"><p class="because">${decision.because}</p>
${replacement !== undefined && html`<p class="replaced">Replaced by ${replacement.stageId}: ${replacement.because}</p>`}
<p>${changes(view.incumbent, decision.hparams)} <span class="nowrap">Confidence: ${confidence(view)}</span><span class="quiet">${doubtsIn(decision)}</span></p>
${warnings.length > 0 && html`<ul class="warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}</div>`;
}

function changes(incumbent: HParams, hparams: HParams): Content {
  const names = changedNames(incumbent, hparams);
  if (names.length === 0) return 'Hyperparameters stay as they were.';
  return names.map(
    (name) =>
      html`<span class="change"><code>${name}</code> ${formatValue(incumbent[name])} → <strong>${formatValue(hparams[name])}</strong></span> `,
  );
}

function evidence({ stageId, evidence: { plots, bars = [], tables }, alternatives, hparams }: Decision): Content {
  return [
    plots.length + bars.length > 0 && html`<div class="plots">${bars.map(renderBars)}${plots.map(renderPlot)}</div>`,
    tables.map((table) => evidenceTable(table, stageId)),
    alternatives.length > 0 &&
      html`<h3>Also possible</h3><ul class="alternatives">
${alternatives.map((alternative) => html`<li>${changedNames(hparams, alternative.hparams).map((name) => html`<span class="pair"><code>${name}</code> ${formatValue(alternative.hparams[name])}</span> `)}<span class="quiet">${alternative.note}</span></li>`)}</ul>`,
  ];
}
