/**
 * CONTRIBUTING's "Add a stage" as a test: one is added in a temporary copy, where nothing else is touched.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { PROJECT } from './support/source-tree';

const OPTIONS = `import { z } from 'zod';

export const seedSpreadOptions = z.strictObject({
  replicates: z.int().min(2).max(20).default(3).describe('Trainings, each with a seed of its own.'),
});

export type SeedSpreadOptions = z.output<typeof seedSpreadOptions>;
`;

const STAGE = `import { deriveSeed } from '../../search/random';
import type { Stage } from '../stage';
import { studyTraining } from '../study-training';
import { costOf, nextTrial } from '../trials';
import type { SeedSpreadOptions } from './options';

export const seedSpread: Stage<SeedSpreadOptions> = {
  name: 'seedSpread',
  question: 'how far seeds lie apart',
  budgetShare: 0.05,
  mustFollow: { valueOf: 'learningRate' },

  suggest(context) {
    const { trials, options, incumbent, seed, facts } = context;
    if (trials.length >= options.replicates) return undefined;
    return nextTrial(context, {
      label: \`seed \${trials.length + 1}\`,
      hparams: incumbent,
      seed: deriveSeed(seed, 'replicate', trials.length),
      ...studyTraining(context, incumbent, facts.training.epochs),
    });
  },

  decide: ({ stageId, incumbent, trials }) => ({
    stage: seedSpread.name,
    stageId,
    hparams: incumbent,
    because: 'the study stays as it stood',
    confidence: 'high',
    evidence: { trialIds: trials.map(({ spec }) => spec.trialId), plots: [], tables: [], warnings: [] },
    alternatives: [],
  }),

  estimate(context) {
    const { options, incumbent, facts } = context;
    const one = costOf(context, { hparams: incumbent, limit: { epochs: facts.training.epochs } });
    return { trials: options.replicates, steps: options.replicates * one.steps, examples: options.replicates * one.examples };
  },
};
`;

/** Reads a study with the stage, plans it, and writes the schema anew. */
const PROGRAM = `import { planStudy } from './workflows/planning/simulate';
import { parseStudy } from './workflows/spec';
import './infra/build/write-schema';

const study = (...stages: object[]) => ({
  name: 'spread', dataset: { format: 'idx', uri: 'data' }, model: { preset: 'mnist-cnn' }, stages,
});
const parsed = parseStudy(study({ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder' }, { stage: 'seedSpread' }));
const early = parseStudy(study({ stage: 'seedSpread' }));
const facts = { trainExamples: 1200, validationExamples: 300, testExamples: 300, classes: 10 };
const plan = parsed.ok ? planStudy(parsed.study, facts) : undefined;
const spread = plan?.stages.find(({ stage }) => stage === 'seedSpread');
console.log(JSON.stringify({
  ids: parsed.ok ? parsed.study.stages.map(({ stageId }) => stageId) : parsed.problems,
  question: spread?.question,
  trials: spread?.trials.map(({ trialId }) => trialId),
  refusals: early.ok ? [] : early.problems.map(({ rule }) => rule),
}));
`;

it('is added by a folder, a line in each registry and a fresh schema, and works', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'stepwell-stage-'));
  const at = (file: string): string => path.join(copy, file);
  const edit = (file: string, before: string, after: string): void => {
    const text = readFileSync(at(file), 'utf8');
    expect(text).toContain(before);
    writeFileSync(at(file), text.replace(before, after));
  };
  try {
    for (const part of ['workflows', 'infra/build', 'tsconfig.json', 'package.json'])
      cpSync(path.join(PROJECT, part), at(part), { recursive: true });
    symlinkSync(path.join(PROJECT, 'node_modules'), at('node_modules'));
    mkdirSync(at('workflows/stages/seed-spread'));
    writeFileSync(at('workflows/stages/seed-spread/options.ts'), OPTIONS);
    writeFileSync(at('workflows/stages/seed-spread/stage.ts'), STAGE);
    edit(
      'workflows/stages/index.ts',
      '\nimport type { Stage }',
      "\nimport { seedSpread } from './seed-spread/stage';\nimport type { Stage }",
    );
    edit('workflows/stages/index.ts', '  finalTrain,\n', '  seedSpread,\n  finalTrain,\n');
    edit(
      'workflows/stages/options.ts',
      '\nimport { sweepOptions',
      "\nimport { seedSpreadOptions } from './seed-spread/options';\nimport { sweepOptions",
    );
    edit('workflows/stages/options.ts', '  finalTrain:', '  seedSpread: seedSpreadOptions,\n  finalTrain:');
    writeFileSync(at('program.ts'), PROGRAM);

    expect(typeErrors(copy)).toEqual([]);
    const answer = execFileSync(process.execPath, ['--import', 'tsx', 'program.ts'], { cwd: copy, encoding: 'utf8' });
    expect(JSON.parse(answer)).toEqual({
      ids: [
        'lr-range-test',
        'lr-retest',
        'batch-size-ladder',
        'lr-retest-2',
        'batch-size-ladder-2',
        'lr-retest-3',
        'seed-spread',
      ],
      question: 'how far seeds lie apart',
      trials: ['seed-spread/000', 'seed-spread/001', 'seed-spread/002'],
      refusals: ['must not come first: there is no learning rate yet to test again'],
    });
    const schema = readFileSync(at('workflows/spec/study.schema.json'), 'utf8');
    expect(schema).toContain('Answers how far seeds lie apart.');
    expect(schema).toContain('seedSpread 0.05');
  } finally {
    rmSync(copy, { recursive: true });
  }
});

function typeErrors(folder: string): readonly string[] {
  const { config } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const files = ['program.ts', 'workflows/stages/options.ts', 'workflows/index.ts'];
  const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, folder, {
    noEmit: true,
    types: ['node'],
  });
  const program = ts.createProgram(fileNames, options);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}
