/**
 * What the final model takes for what: its confusion matrix on the test set.
 *
 * @module
 */
import type { StudyFinal } from '../../workflows/words/progress';
import type { Confusion } from '../../workflows/words/outcome';
import { counted, formatNumber, formatScore } from '../wording/numbers';
import { html } from './html';
import type { Content, Html } from './html';
import { truncated } from './text-placement';

/** Mistakes named in words; more is what the matrix is for. */
const MISTAKES_MAX = 5;

/** Widest name of a class in the margins, in units of the font size. */
const NAME_WIDTH = 9;

/** With more classes the cells are too small for numbers, which their tooltips still have. */
const NUMBERED_CLASSES_MAX = 24;

/** The section; nothing for a study that has no final model, or more classes than a matrix has room for. */
export function confusions(final: StudyFinal | null): Content {
  const confusion = final?.test?.confusion;
  if (confusion === undefined) return null;
  return html`<section><h2>What it confuses</h2>
<p class="question">${mistakes(confusion)}</p>
<div class="scroll">${matrix(confusion)}</div>
<p class="quiet">Test examples by their class (row) and by the model's answer (column); colours are shares of the row.</p></section>`;
}

/** The most frequent mistakes in words. */
function mistakes({ classNames, counts }: Confusion): string {
  const wrong = counts
    .flatMap((row, truth) => row.map((count, answer) => ({ truth, answer, count })))
    .filter(({ truth, answer, count }) => truth !== answer && count > 0);
  if (wrong.length === 0) return 'Every test example was told right.';
  const name = (index: number): string => classNames[index] ?? String(index);
  const most = wrong
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.answer - b.answer)
    .slice(0, MISTAKES_MAX);
  return `Most often: ${most.map(({ truth, answer, count }) => `${name(truth)} taken for ${name(answer)} (${formatNumber(count)})`).join(', ')}.`;
}

function matrix({ classNames, counts }: Confusion): Html {
  const numbered = counts.length <= NUMBERED_CLASSES_MAX;
  const name = (index: number): string => truncated(classNames[index] ?? String(index), NAME_WIDTH, 1);
  const heads = counts.map((_, i) => html`<th scope="col">${name(i)}</th>`);
  const recall = (row: readonly number[], i: number): number | null => {
    const examples = row.reduce((sum, count) => sum + count, 0);
    return examples === 0 ? null : (row[i] ?? 0) / examples;
  };
  const precision = (answer: number): number | null => {
    const answered = counts.reduce((sum, row) => sum + (row[answer] ?? 0), 0);
    return answered === 0 ? null : (counts[answer]?.[answer] ?? 0) / answered;
  };
  return html`<table class="confusion"><thead><tr><th></th>${heads}<th scope="col">recall</th></tr></thead>
<tbody>${counts.map((row, i) => html`<tr><th scope="row">${name(i)}</th>${row.map((count, j) => cell(classNames, row, [i, j], count, numbered))}<td class="number">${formatScore(recall(row, i))}</td></tr>`)}
<tr><th scope="row">precision</th>${counts.map((_, i) => html`<td class="number">${formatScore(precision(i))}</td>`)}<td></td></tr></tbody></table>`;
}

function cell(
  classNames: readonly string[],
  row: readonly number[],
  [truth, answer]: readonly [number, number],
  count: number,
  numbered: boolean,
): Html {
  const share = count === 0 ? 0 : count / row.reduce((sum, other) => sum + other, 0);
  const title = `${counted(count, 'example')} of ${classNames[truth] ?? truth} taken for ${classNames[answer] ?? answer}`;
  const colour = truth === answer ? 'right' : 'wrong';
  return html`<td class="${colour}" style="--share: ${Math.round(100 * share)}%" title="${title}">${numbered && count > 0 && formatNumber(count)}</td>`;
}
