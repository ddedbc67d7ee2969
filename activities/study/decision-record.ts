/**
 * A decision as the store keeps it: with its whole evidence and the trials that it rests on.
 *
 * @module
 */
import { z } from 'zod';
import type { TrialSummary } from '../../workflows/contract';
import type { Decision, Plot, Table } from '../../workflows/stages/stage';
import type { ObjectStore } from '../storage/object-store';
import { studyKey } from './study-keys';

export interface DecisionRecord {
  readonly decision: Decision;
  readonly trials: readonly TrialSummary[];
}

/** JSON writes a number that is not finite as null. */
const point = z.union([z.number(), z.null().transform(() => NaN)]);
const scale = z.enum(['linear', 'log']);
const hparams = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

const plot: z.ZodType<Plot> = z.object({
  title: z.string(), xLabel: z.string(), yLabel: z.string(), xScale: scale, yScale: scale,
  series: z.array(z.object({ name: z.string(), drawnAs: z.exactOptional(z.enum(['line', 'points'])), x: z.array(point), y: z.array(point) })),
  marks: z.array(z.object({ name: z.string(), x: point })),
});

const table: z.ZodType<Table> = z.object({
  title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});

const decision: z.ZodType<Decision> = z.object({
  stage: z.string(), stageId: z.string(), hparams, because: z.string(),
  confidence: z.enum(['low', 'medium', 'high']),
  evidence: z.object({ trialIds: z.array(z.string()), plots: z.array(plot), tables: z.array(table), warnings: z.array(z.string()) }),
  alternatives: z.array(z.object({ hparams, note: z.string() })),
  finalTrialId: z.exactOptional(z.string()),
});

const trialSummary: z.ZodType<TrialSummary> = z.object({
  trialId: z.string(), stageId: z.string(), label: z.string(), hparams,
  status: z.enum(['running', 'completed', 'earlyStopped', 'pruned', 'diverged', 'dead', 'outOfMemory']),
  score: z.number().nullable(), deviceSeconds: z.number(), reused: z.boolean(), hash: z.string().nullable(),
});

const decisionRecord: z.ZodType<DecisionRecord> = z.object({ decision, trials: z.array(trialSummary) });

export function decisionKey(studyId: string, stageId: string): string {
  return studyKey(studyId, `decisions/${stageId}.json`);
}

/** The record of a decided stage; `undefined` where the store has none that can be read, as the workflow keeps the answer itself. */
export async function readDecision(store: ObjectStore, studyId: string, stageId: string): Promise<DecisionRecord | undefined> {
  const object = await store.get(decisionKey(studyId, stageId));
  return object && decisionRecord.safeParse(parsedJson(object.bytes)).data;
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
