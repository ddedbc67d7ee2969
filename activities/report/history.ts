/**
 * What happened to a study on its way: what people changed, where its decisions come from, what died and was recovered.
 *
 * @module
 */
import type { StudyChange } from '../../workflows/driver/control/change';
import type { StudyOrigin } from '../../workflows/words/study';
import type { RecoveryRecord } from '../../workflows/trials/recoveries';
import { CAUSES } from '../wording/endings';
import { counted, formatSeconds, formatValue } from '../wording/numbers';
import { html } from './html';
import type { Content } from './html';

/** What people changed while the study ran. */
export function changes(list: readonly StudyChange[]): Content {
  if (list.length === 0) return null;
  return html`<section><h2>Changes while it ran</h2><p>${counted(list.length, 'change')} by people: what the study did from then on rests on them too.</p>
<div class="scroll"><table><thead><tr><th>when (UTC)</th><th>change</th><th>what it came to</th><th>by</th></tr></thead><tbody>
${list.map(({ at, what, detail, by }) => html`<tr><td class="nowrap">${at.slice(0, 19).replace('T', ' ')}</td><td>${what}</td><td class="text">${detail}</td><td>${by ?? ''}</td></tr>`)}
</tbody></table></div></section>`;
}

/** Where decisions come from that this study did not make, or not in one go. */
export function origins(all: readonly StudyOrigin[]): Content {
  if (all.length === 0) return null;
  return html`<section><h2>Where it began</h2><ul>${all.map((origin) => html`<li>${originText(origin)}</li>`)}</ul></section>`;
}

function originText({ kind, studyId, stageIds, changed }: StudyOrigin): Content {
  if (kind === 'recovered') {
    const decided =
      stageIds.length === 0
        ? 'no stage had been decided'
        : html`${stageIds.join(', ')} had been decided, and stayed so`;
    return html`<strong>recovered</strong> from the store after the Temporal server had lost the study: ${decided}; trials that had ended were not trained again`;
  }
  const what = stageIds.length === 0 ? 'nothing' : stageIds.join(', ');
  return html`<strong>rerun</strong> of study <code>${studyId}</code>, whose decisions were taken over for ${what}${changed.length > 0 && html`; since they were made, these have changed: <code>${changed.join(', ')}</code>`}`;
}

/** Receipts of what died on the way, and what each cost. */
export function recoveries({ recoveries: { count }, receipts }: RecoveryRecord): Content {
  if (count === 0) return null;
  const left = count > receipts.length ? ` These are the last ${receipts.length}.` : '';
  return html`<section><h2>Recoveries</h2><p>${counted(count, 'time', 'times')} something died or left, and the trial went on from its newest checkpoint with the same bits.${left}</p>
<div class="scroll"><table><thead><tr><th>trial</th><th>what died</th><th class="number">attempt</th><th class="number">reached step</th><th class="number">went on from</th><th class="number">steps lost</th><th class="number">time lost</th><th>went on at</th></tr></thead><tbody>
${receipts.map(
  (
    receipt,
  ) => html`<tr><th scope="row"><code>${receipt.trialId}</code></th><td class="text">${CAUSES[receipt.cause].report}</td>
${[receipt.attempt, receipt.lastStep, receipt.resumedAtStep, receipt.stepsLost].map((number) => html`<td class="number">${formatValue(number)}</td>`)}
<td class="number nowrap">${formatSeconds(receipt.deviceSecondsLost)}</td><td><code>${receipt.worker}</code></td></tr>`,
)}
</tbody></table></div></section>`;
}
