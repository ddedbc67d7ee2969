import type { Table } from '../../workflows/stages/stage';
import { counted, formatColumn } from '../wording/numbers';
import { html } from './html';
import type { Html } from './html';

/** Longer tables are folded, so that what comes after them is found. */
const OPEN_ROWS_MAX = 12;

/** A table of a decision's evidence. Ids of the stage's own trials lose the stage's name, which is above them. */
export function evidenceTable({ title, columns, rows }: Table, stageId: string): Html {
  const cells = columns.map((_, i) => formatColumn(rows.map((row) => withoutStage(row[i] ?? null, stageId))));
  const kinds = columns.map((_, i) => (rows.every((row) => typeof row[i] !== 'string') ? 'number' : 'name'));
  const table = html`<div class="scroll"><table><thead><tr>${columns.map((column, i) => html`<th class="${kinds[i]}">${column}</th>`)}</tr></thead><tbody>
${rows.map((_, row) => html`<tr>${cells.map((column, i) => html`<td class="${kinds[i]}">${column[row]}</td>`)}</tr>`)}
</tbody></table></div>`;
  if (rows.length <= OPEN_ROWS_MAX) return html`<h3>${title}</h3>${table}`;
  return html`<h3>${title}</h3><details><summary>${counted(rows.length, 'row')}</summary>${table}</details>`;
}

function withoutStage(cell: string | number | null, stageId: string): string | number | null {
  return typeof cell === 'string' && cell.startsWith(`${stageId}/`) ? cell.slice(stageId.length + 1) : cell;
}
