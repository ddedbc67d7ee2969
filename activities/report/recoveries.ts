import type { Receipt } from '../../workflows/words/trial';
import { counted, formatSeconds, formatValue } from './format';
import { html } from './html';
import type { Content } from './html';

const CAUSE_WORDS: Readonly<Record<Receipt['cause'], string>> = {
  trainerCrashed: 'the trainer process crashed',
  trainerKilled: 'the trainer process was killed',
  trainerStalled: 'the trainer made no progress',
  workerLost: 'the worker or its machine was lost',
  workerStopped: 'the worker was told to stop',
  takenBack: 'nothing: the study was paused or cancelled',
  storage: 'the store stayed away',
  diskFull: 'the worker’s disk was full',
  unknown: 'unknown',
};

/** Receipts of what died on the way, and what each cost. */
export function recoveries(receipts: readonly Receipt[]): Content {
  if (receipts.length === 0) return null;
  return html`<section><h2>Recoveries</h2><p>${counted(receipts.length, 'time', 'times')} something died or left, and the trial went on from its newest checkpoint with the same bits.</p>
<div class="scroll"><table><thead><tr><th>trial</th><th>what died</th><th class="number">attempt</th><th class="number">reached step</th><th class="number">went on from</th><th class="number">steps lost</th><th class="number">time lost</th><th>went on at</th></tr></thead><tbody>
${receipts.map(
  (
    receipt,
  ) => html`<tr><th scope="row"><code>${receipt.trialId}</code></th><td class="text">${CAUSE_WORDS[receipt.cause]}</td>
${[receipt.attempt, receipt.lastStep, receipt.resumedAtStep, receipt.stepsLost].map((number) => html`<td class="number">${formatValue(number)}</td>`)}
<td class="number nowrap">${formatSeconds(receipt.deviceSecondsLost)}</td><td><code>${receipt.worker}</code></td></tr>`,
)}
</tbody></table></div></section>`;
}
