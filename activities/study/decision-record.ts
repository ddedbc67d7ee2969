/**
 * A decision as the store keeps it: with its whole evidence and the trials that it rests on.
 *
 * @module
 */
import { z } from 'zod';
import type { TrialSummary } from '../../workflows/words/progress';
import type { StudyControl } from '../../workflows/driver/control/study-control';
import type { BarChart, Decision, Plot, Table } from '../../workflows/stages/stage';
import type { BudgetSpec } from '../../workflows/words/study';
import type { ObjectStore } from '../storage/object-store';
import { budgetSchema, controlSchema } from './changes-record';
import { seal, unseal } from './sealed';
import { studyKey } from './study-keys';

export interface DecisionRecord {
  readonly decision: Decision;
  readonly trials: readonly TrialSummary[];
  /** Run of the study that decided. */
  readonly studyRun?: string;
  /** Of the planner that decided. */
  readonly plannerVersion?: number;
  /** What people had asked of the study by then, and the budget that came of it. */
  readonly control?: StudyControl;
  readonly budget?: BudgetSpec;
}

/** JSON writes a number that is not finite as null. */
const point = z.union([z.number(), z.null().transform(() => NaN)]);
const scale = z.enum(['linear', 'log']);
const hparams = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

const plot: z.ZodType<Plot> = z.object({
  title: z.string(),
  xLabel: z.string(),
  yLabel: z.string(),
  xScale: scale,
  yScale: scale,
  series: z.array(
    z.object({
      name: z.string(),
      drawnAs: z.exactOptional(z.enum(['line', 'points'])),
      x: z.array(point),
      y: z.array(point),
    }),
  ),
  marks: z.array(z.object({ name: z.string(), x: point })),
});

const bars: z.ZodType<BarChart> = z.object({
  title: z.string(),
  xLabel: z.string(),
  note: z.exactOptional(z.string()),
  bars: z.array(
    z.object({
      name: z.string(),
      value: point,
      interval: z.exactOptional(z.tuple([point, point])),
      isFaint: z.exactOptional(z.boolean()),
    }),
  ),
});

const table: z.ZodType<Table> = z.object({
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});

const decision: z.ZodType<Decision> = z.object({
  stage: z.string(),
  stageId: z.string(),
  hparams,
  because: z.string(),
  confidence: z.enum(['low', 'medium', 'high']),
  doubts: z.exactOptional(z.array(z.string())),
  supersedes: z.exactOptional(z.array(z.string())),
  hadNothingToDo: z.exactOptional(z.literal(true)),
  evidence: z.object({
    trialIds: z.array(z.string()),
    plots: z.array(plot),
    bars: z.exactOptional(z.array(bars)),
    tables: z.array(table),
    warnings: z.array(z.string()),
  }),
  alternatives: z.array(z.object({ hparams, note: z.string() })),
  finalTrialId: z.exactOptional(z.string()),
});

const trialSummary: z.ZodType<TrialSummary> = z.object({
  trialId: z.string(),
  stageId: z.string(),
  label: z.string(),
  hparams,
  continues: z.exactOptional(z.string()),
  status: z.enum([
    'running',
    'completed',
    'earlyStopped',
    'paused',
    'diverged',
    'dead',
    'outOfMemory',
    'invalid',
    'cancelled',
  ]),
  reason: z.exactOptional(z.string()),
  brokeDownAt: z.exactOptional(z.number()),
  score: z.number().nullable(),
  epochs: z.exactOptional(z.number()),
  deviceSeconds: z.number(),
  reused: z.boolean(),
  hash: z.string().nullable(),
});

const decisionRecord: z.ZodType<DecisionRecord> = z.object({
  decision,
  trials: z.array(trialSummary),
  studyRun: z.exactOptional(z.string()),
  plannerVersion: z.exactOptional(z.number()),
  control: z.exactOptional(controlSchema),
  budget: z.exactOptional(budgetSchema),
});

export function decisionKey(studyId: string, stageId: string): string {
  return studyKey(studyId, `decisions/${stageId}.json`);
}

export async function writeDecision(store: ObjectStore, studyId: string, record: DecisionRecord): Promise<void> {
  await store.putFile(decisionKey(studyId, record.decision.stageId), seal(record));
}

/**
 * The record of a decided stage; `undefined` where the store has none that can be read, as the workflow keeps the
 * answer itself.
 */
export async function readDecision(
  store: ObjectStore,
  studyId: string,
  stageId: string,
): Promise<DecisionRecord | undefined> {
  return decisionAt(store, decisionKey(studyId, stageId));
}

/** The same of any place. */
export async function decisionAt(store: ObjectStore, key: string): Promise<DecisionRecord | undefined> {
  const found = await unseal(store, key);
  return 'value' in found ? decisionRecord.safeParse(found.value).data : undefined;
}
