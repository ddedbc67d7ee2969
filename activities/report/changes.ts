import type { StudyChange } from '../../workflows/driver/control/change';
import { counted } from './format';
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
