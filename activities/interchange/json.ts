import { z } from 'zod';
import { judged, reasonOfStage, withoutContinued } from './trial-end';
import { trialsOf } from './table';
import { parseJson, textOf } from './text';
import { TrialsUnreadable } from './trial-row';
import type { TrialFormat } from './trial-row';

/** Infinities as well, which zod's own numbers are not. */
const number = z.custom<number>((value) => typeof value === 'number');
const scalar = z.union([number, z.string(), z.boolean(), z.null()]);

/** A list of flat objects, a trial each, as data frames are written. */
const records = z.array(z.record(z.string(), scalar));

/** What `write` writes; of each trial only what an import reads. */
const ours = z.object({
  objective: z.object({ metric: z.string().optional(), direction: z.enum(['minimize', 'maximize']) }).optional(),
  trials: z.array(
    z.object({
      trial: z.string().optional(),
      stage: z.string().optional(),
      status: z.string().optional(),
      score: z.union([number, z.null(), z.literal('NaN').transform(() => NaN)]).optional(),
      hparams: z.record(z.string(), scalar),
    }),
  ),
});

/** JSON: an object with `trials`, each with its `hparams` and `score`; a list of flat records is read as well. */
export const json: TrialFormat = {
  extension: '.json',
  async read(bytes, options) {
    const value = parseJson(textOf(bytes), 'the file');
    if (Array.isArray(value)) {
      const rows = records.safeParse(value);
      if (!rows.success) throw unfit(rows.error);
      const columns = [...new Set(rows.data.flatMap(Object.keys))];
      return trialsOf(columns, rows.data, options);
    }
    const parsed = ours.safeParse(value);
    if (!parsed.success) throw unfit(parsed.error);
    const { trials, objective } = parsed.data;
    const kept = withoutContinued(trials, ({ trial }) => trial);
    return {
      ...judged(
        kept.map(({ hparams, score, status, stage }) => ({
          hparams,
          score: score ?? undefined,
          status,
          leftOut: reasonOfStage(stage),
        })),
      ),
      ...(objective && { direction: objective.direction }),
      ...(objective?.metric !== undefined && { scoredBy: objective.metric }),
    };
  },
  async write({ studyId, objective, trials }) {
    const shown = trials.map(
      ({
        trialId: trial,
        stageId: stage,
        label,
        status,
        score,
        epochs = null,
        deviceSeconds,
        reused,
        hash,
        hparams,
      }) => ({ trial, stage, label, status, score, epochs, deviceSeconds, reused, hash, hparams }),
    );
    return Buffer.from(`${JSON.stringify({ study: studyId, objective, trials: shown }, null, 2)}\n`);
  },
};

function unfit(error: z.ZodError): TrialsUnreadable {
  const [first] = error.issues;
  const at = first === undefined || first.path.length === 0 ? '' : ` at ${first.path.map(String).join('.')}`;
  return new TrialsUnreadable(
    `the file must be a list of flat records, or an object with a list of trials that have hparams; something else is there${at}`,
  );
}
