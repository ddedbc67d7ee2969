/**
 * `stepwell predict`: what a trained model says of pictures.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExportedModel } from '../../activities/inference/exported-model';
import type { FoundImages, SkippedFile } from '../../activities/inference/find-images';
import type { Asker } from '../../activities/inference/predict-images';
import type { ImageFit } from '../../workflows/words/study';
import { counted } from '../../activities/wording/numbers';
import { EXIT_CODES } from '../exit-codes';
import { CommandError } from '../failure';
import { fitOption } from '../fit-option';
import { folderOption } from '../folder-option';
import { openModel } from '../open-model';
import { csvFormat, jsonFormat, judgementText, textFormat } from '../predictions';
import type { PredictionFormat } from '../predictions';
import { print, say } from '../output';
import { counterOn } from '../progress/counter';

interface PredictCommandOptions {
  readonly csv?: boolean;
  readonly json?: boolean;
  /** Absent: as the model's own pictures were made to fit. */
  readonly fit?: ImageFit;
  readonly folder: string;
}

/** Who waits longer wants to know how far it is. */
const SILENT_MILLISECONDS = 2_000;

/** Files named in a message before it is cut. */
const REASONS_SHOWN_MAX = 10;

export function predict(program: Command): void {
  program
    .command('predict')
    .description(
      'what a trained model says of pictures; of folders named after classes also how often it is right, and what it takes for what',
    )
    .argument('<model>', "a study's name, a folder with an exported model, or s3://bucket/prefix")
    .argument('<files...>', 'PNG, JPEG, WebP, TIFF or GIF files, folders of them, or - for one picture on stdin')
    .addOption(new Option('--csv', 'print a table, with a column a class').conflicts('json'))
    .option('--json', 'print an array with an object for each file')
    .addOption(fitOption())
    .addOption(folderOption())
    .action(predictFiles);
}

async function predictFiles(place: string, files: readonly string[], options: PredictCommandOptions): Promise<void> {
  const { model, close } = await openModel(place, options.folder);
  try {
    const found = await imagesOf(files, model);
    if (found.images.length === 0)
      throw new CommandError(`there is no picture to ask about\n${reasons(found.skipped)}`, 'badInput', 'NoImages');
    const { startInference }: typeof import('../inference') = require('../inference');
    const inference = await startInference(model);
    try {
      await predictAll(model, inference, found, options);
    } finally {
      await inference.close();
    }
  } finally {
    close();
  }
}

async function imagesOf(files: readonly string[], model: ExportedModel): Promise<FoundImages> {
  const {
    findImages,
  }: typeof import('../../activities/inference/find-images') = require('../../activities/inference/find-images');
  const found = await findImages(
    files.filter((file) => file !== '-'),
    model.task === 'classification' ? model.names : [],
  );
  if (!files.includes('-')) return found;
  return { ...found, images: [...found.images, { file: '-', picture: readFileSync(0) }] };
}

async function predictAll(
  model: ExportedModel,
  asker: Asker,
  { images, skipped: passedOver }: FoundImages,
  { csv = false, json = false, fit = model.fit }: PredictCommandOptions,
): Promise<void> {
  // TensorFlow starts meanwhile; only this command decodes pictures.
  const {
    predictImages,
  }: typeof import('../../activities/inference/predict-images') = require('../../activities/inference/predict-images');
  const {
    Judgement,
  }: typeof import('../../activities/inference/judgement') = require('../../activities/inference/judgement');
  const format = formatOf(model, { csv, json });
  const judgement = new Judgement(model.names);
  const skipped = [...passedOver];
  const counter = counterOn(process.stderr);
  const beganAt = performance.now();
  let done = 0;
  await write(format.begin());
  for await (const asked of predictImages(images, { model, asker, fit })) {
    await write(format.batch(asked));
    for (const one of asked) {
      judgement.add(one);
      if (one.reason !== undefined) skipped.push({ file: one.image.file, reason: one.reason });
    }
    done += asked.length;
    if (performance.now() - beganAt > SILENT_MILLISECONDS)
      counter.show(`${done} of ${counted(images.length, 'picture')}`);
  }
  counter.end();
  await write(format.skipped(passedOver) + format.end());
  const told = judgementText(judgement);
  if (told !== undefined) (csv || json ? say : print)(`\n${told}`);
  if (skipped.length === 0) return;
  say(`${counted(skipped.length, 'file')} could not be asked about\n${reasons(skipped)}`);
  process.exitCode = (
    skipped.length === passedOver.length + images.length ? EXIT_CODES.badInput : EXIT_CODES.failed
  ).code;
}

function formatOf(
  { names, task }: ExportedModel,
  { csv, json }: { readonly csv: boolean; readonly json: boolean },
): PredictionFormat {
  if (json) return jsonFormat();
  return csv ? csvFormat(names, task) : textFormat(names);
}

/** Waits for a reader that is slower than the model: what is said must not fill the memory. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text, () => resolve())) resolve();
  });
}

function reasons(skipped: readonly SkippedFile[]): string {
  const shown = skipped.slice(0, REASONS_SHOWN_MAX).map(({ file, reason }) => `  ${file}: ${reason}`);
  const more = skipped.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}
