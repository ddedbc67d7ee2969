import type { StudyOrigin } from '../../workflows/words/study-origin';
import { html } from './html';
import type { Content } from './html';

/** Where decisions come from that this study did not make, or not in one go. */
export function origins(all: readonly StudyOrigin[]): Content {
  if (all.length === 0) return null;
  return html`<section><h2>Where it began</h2><ul>${all.map((origin) => html`<li>${told(origin)}</li>`)}</ul></section>`;
}

function told({ kind, studyId, stageIds, changed }: StudyOrigin): Content {
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
