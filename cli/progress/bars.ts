/**
 * Progress as the rows of a terminal: a row for each stage, and below the running one a bar for each of its trials.
 * Pure.
 *
 * @module
 */
import type { createColors } from 'picocolors';
import { counted, formatElapsed, formatPlain } from '../../activities/wording/numbers';
import { replacementIn } from '../../activities/wording/superseded';
import type { Decision } from '../../workflows/stages/stage';
import type { StageProgress } from '../../workflows/words/progress';
import { trainingsIn } from '../../workflows/trials/segments';
import { recoveriesText } from '../format';
import { endedTrials, noticesOf, openTrials } from './view';
import type { OpenTrial, StudyView } from './view';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colors: ReturnType<typeof createColors>;
}

const BAR_CELLS = 20;

/**
 * Part of a row with the function that colours it: rows are cut before they are coloured, so that no escape code is.
 */
type Piece = readonly [text: string, paint?: (text: string) => string];

/** The rows to show, none wider or more than the terminal has. */
export function frame(view: StudyView, { columns, rows, colors }: FrameOptions): readonly string[] {
  const { observation, elapsedSeconds } = view;
  const { progress, studyId } = observation;
  const nameWidth = Math.max(0, ...(progress?.stages ?? []).map(({ stageId }) => stageId.length));
  const receipts =
    progress !== undefined && progress.recoveries.count > 0
      ? [[[recoveriesText(progress.recoveries), colors.yellow] as const]]
      : [];
  const lines: readonly (readonly Piece[])[] = [
    [
      [studyId, colors.bold],
      [`  ${statusText(view)}  ${formatElapsed(elapsedSeconds)}`, colors.dim],
    ],
    ...(progress?.stages ?? []).flatMap((stage, _, stages) => [
      stageRow(stage, replacementIn(stages, stage.stageId), nameWidth, colors),
      ...openTrials(stage, observation).map((trial) => trialRow(trial, nameWidth, colors)),
    ]),
    ...receipts,
    ...noticesOf(view).map((notice) => [[notice, colors.yellow]] as const),
  ];
  // The last row stays free for the cursor; what matters most is at the end.
  return lines.slice(-Math.max(1, rows - 1)).map((pieces) => fit(pieces, columns));
}

function statusText({ observation: { progress } }: StudyView): string {
  if (progress === undefined) return 'starting';
  if (progress.status === 'resolving') return 'reading and packing the data set';
  return `${progress.status}  ${counted(progress.trials, 'trial')}  ${formatElapsed(progress.deviceSeconds)} of device time`;
}

function stageRow(
  stage: StageProgress,
  replacement: Decision | undefined,
  nameWidth: number,
  colors: FrameOptions['colors'],
): readonly Piece[] {
  const name = stage.stageId.padEnd(nameWidth);
  if (stage.decision !== undefined) {
    const replaced = replacement === undefined ? '' : `replaced by ${replacement.stageId}; before: `;
    return [['✓ ', colors.green], [name], [`  ${replaced}${stage.decision.because}`, colors.dim]];
  }
  if (stage.status === 'pending') return [[`· ${name}  ${stage.question}`, colors.dim]];
  if (stage.status === 'waiting')
    return [
      ['‖ ', colors.yellow],
      [name, colors.bold],
      ['  waits for approval', colors.yellow],
    ];
  const ended = stage.trialsEnded ?? trainingsIn(endedTrials(stage));
  return [
    ['▸ ', colors.cyan],
    [name, colors.bold],
    ['  '],
    [bar(ended / Math.max(1, stage.trialsPlanned)), colors.cyan],
    [`  ${ended} of at most ${counted(stage.trialsPlanned, 'trial')}`],
  ];
}

function trialRow(
  { trialId, label, running, rests }: OpenTrial,
  nameWidth: number,
  colors: FrameOptions['colors'],
): readonly Piece[] {
  const name = `  ${(trialId.split('/').at(-1) ?? trialId).padStart(nameWidth)}  `;
  const again =
    running !== undefined && running.attempt > 1
      ? `  attempt ${running.attempt}${running.failure === undefined ? '' : `: ${running.failure}`}`
      : '';
  if (running?.progress === undefined) return [[name], [`${rests}  ${label}`, colors.dim], [again, colors.yellow]];
  const { step, stepsTotal, epoch, loss } = running.progress;
  const text = `  step ${step}/${stepsTotal}  epoch ${epoch}${loss === null ? '' : `  loss ${formatPlain(loss)}`}  `;
  const state =
    running.state === 'training'
      ? again === ''
        ? label
        : 'training'
      : running.state === 'stopping'
        ? 'stopping'
        : 'waiting for a worker';
  return [
    [name],
    [bar(step / Math.max(1, stepsTotal)), colors.green],
    [text],
    [state, colors.dim],
    [again, colors.yellow],
  ];
}

/** A bar of fixed width; `fraction` outside [0, 1] is clamped. */
export function bar(fraction: number, cells: number = BAR_CELLS): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
}

function fit(pieces: readonly Piece[], columns: number): string {
  let room = columns;
  const total = pieces.reduce((sum, [text]) => sum + text.length, 0);
  return pieces
    .map(([text, paint = String]) => {
      const cut =
        text.length > room || (total > columns && text.length === room)
          ? `${text.slice(0, Math.max(0, room - 1))}…`
          : text;
      const shown = room <= 0 ? '' : cut;
      room -= shown.length;
      return shown === '' ? '' : paint(shown);
    })
    .join('');
}
