/**
 * Answers of a model as text, CSV or JSON, each batch as it comes: a folder may hold millions of pictures.
 *
 * @module
 */
import type { Answer } from '../activities/inference/answers';
import type { SkippedFile } from '../activities/inference/find-images';
import type { Judgement } from '../activities/inference/judgement';
import type { Asked } from '../activities/inference/predict-images';
import { formatCsv } from '../activities/interchange/csv-text';
import { counted, formatNumber, formatPlain } from '../activities/wording/numbers';
import { columns } from './output';

/** What is written before, for each batch, and after all. */
export interface PredictionFormat {
  begin(): string;
  batch(asked: readonly Asked[]): string;
  skipped(files: readonly SkippedFile[]): string;
  end(): string;
}

/** Probabilities have no use for more digits than float32 has. */
const rounded = (value: number): number => Number(value.toPrecision(7));

/** A line for each picture that was read: the answer, then the file; what was not is told apart. */
export function textFormat(names: readonly string[]): PredictionFormat {
  const width = Math.min(24, Math.max(...names.map((name) => name.length)));
  return {
    begin: () => '',
    batch: (asked) =>
      asked
        .flatMap(({ image, answer }) => (answer === undefined ? [] : [`${answerText(answer, width)}  ${image.file}\n`]))
        .join(''),
    skipped: () => '',
    end: () => '',
  };
}

function answerText(answer: Answer, width: number): string {
  if ('numbers' in answer)
    return Object.entries(answer.numbers)
      .map(([name, value]) => `${name} ${formatNumber(value)}`)
      .join(', ');
  if ('label' in answer) return `${answer.label.padEnd(width)}  ${answer.probability.toFixed(4)}`;
  return answer.labels.length === 0
    ? '(none)'
    : answer.labels.map((name) => `${name} ${answer.probabilities[name]?.toFixed(4) ?? ''}`).join(', ');
}

/** One table: the file, the answer, then a column a class or target; a file that was not read has empty cells. */
export function csvFormat(names: readonly string[], task: 'classification' | 'multiLabel' | 'regression') {
  const own = { classification: ['label', 'probability'], multiLabel: ['labels'], regression: [] }[task];
  const empty = [...own, ...names].map(() => null);
  return {
    begin: () => formatCsv([['file', ...own, ...names]]),
    batch: (asked) =>
      formatCsv(
        asked.map(({ image, answer }) => [image.file, ...(answer === undefined ? empty : cells(answer, names))]),
      ),
    skipped: (files) => formatCsv(files.map(({ file }) => [file, ...empty])),
    end: () => '',
  } satisfies PredictionFormat;
}

function cells(answer: Answer, names: readonly string[]): readonly (string | number)[] {
  const byName = 'numbers' in answer ? answer.numbers : answer.probabilities;
  const values = names.map((name) => rounded(byName[name] as number));
  if ('numbers' in answer) return values;
  return 'label' in answer
    ? [answer.label, rounded(answer.probability), ...values]
    : [answer.labels.join(' '), ...values];
}

/** One array; a file that was not read has its reason as `error`. */
export function jsonFormat(): PredictionFormat {
  let written = false;
  const entries = (values: readonly object[]): string =>
    values
      .map((value) => {
        const before = written ? ',\n' : '\n';
        written = true;
        return `${before}  ${JSON.stringify(value)}`;
      })
      .join('');
  return {
    begin: () => '[',
    batch: (asked) => entries(asked.map(jsonEntry)),
    skipped: (files) => entries(files.map(({ file, reason }) => ({ file, error: reason }))),
    end: () => `${written ? '\n' : ''}]\n`,
  };
}

/** An answer for programs. */
export function jsonEntry({ image: { file, expected }, answer, reason }: Asked): object {
  if (answer === undefined) return { file, error: reason };
  return { file, ...answer, ...(expected !== undefined && { expected }) };
}

/** More classes than a terminal has room for; `--json` has the labels of each image. */
const MATRIX_CLASSES_MAX = 30;

/** Accuracy and confusion matrix; nothing where no image lies in a folder called as a class. */
export function judgementText(judgement: Judgement): string | undefined {
  const result = judgement.result();
  if (result === null) return undefined;
  const { images, accuracy, confusion } = result;
  const { classNames, counts } = confusion;
  const head = `accuracy ${formatPlain(accuracy)} of ${counted(images, 'image')} in folders by class`;
  if (classNames.length > MATRIX_CLASSES_MAX) return head;
  const rows = counts.map((row, i) => [
    classNames[i] ?? '',
    ...row.map((count) => (count === 0 ? '.' : String(count))),
  ]);
  return [
    head,
    '',
    'images by their class (row) and by the answer (column):',
    columns([['', ...classNames], ...rows]),
  ].join('\n');
}
