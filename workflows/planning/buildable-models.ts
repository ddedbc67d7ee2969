/**
 * Whether a study's model can be built: as the study stands, and at the corners of what its sweeps search.
 *
 * @module
 */
import { hparamNames } from '../trials/hparams';
import type { Problem } from '../spec';
import { STAGES } from '../stages';
import { spaceAround } from '../stages/sweep/around';
import { hparamsIn } from '../search/space';
import type { Space } from '../search/space';
import type { HParams } from '../words/trial';
import { architectureCorners } from './architecture-corners';
import { unbuildable } from './layer-shapes';
import type { ModelEnds } from './layer-shapes';
import type { PlannableStudy } from './simulate';

/** Named one by one; what lies beyond is counted. */
const CORNERS_NAMED = 4;

/** A sweep over an architecture: where it was written, and what its space is around the study as it stands. */
interface ArchitectureSweep {
  readonly path: string;
  readonly space: Space;
}

export interface Buildability {
  /** The study would end with its first trial. */
  readonly errors: readonly Problem[];
  /** Points of a search that are invalid: the search goes on, without them. */
  readonly warnings: readonly Problem[];
}

/** Whether a sweep of the study varies what its list of layers reads. Presets and modules are not looked into. */
export const searchesArchitecture = (study: PlannableStudy): boolean => sweepsOf(study).length > 0;

/** What of a study's models cannot be built on images like these, as far as arithmetic tells. */
export function buildability(study: PlannableStudy, ends: ModelEnds): Buildability {
  const { model, training } = study;
  if (!('layers' in model)) return { errors: [], warnings: [] };
  const { layers } = model;
  const images = ends.shape.join(' x ');
  const read = hparamNames(layers);
  const standing = unbuildable(layers, training.hparams, ends);
  const warnings = sweepsOf(study).flatMap(({ path, space }) => {
    const corners = architectureCorners(space, read, training.hparams).flatMap((corner) => {
      const reason = unbuildable(layers, { ...training.hparams, ...corner }, ends);
      return reason === undefined ? [] : [`${text(corner)}: ${reason}`];
    });
    if (corners.length === 0) return [];
    const more = corners.length - CORNERS_NAMED;
    const named = [...corners.slice(0, CORNERS_NAMED), ...(more > 0 ? [`${more} corners more`] : [])].join('; ');
    const rule = `has corners at which no model can be built of images of ${images} (${named}); trials there are invalid, and the search goes on without them`;
    return [{ path, rule, value: undefined }];
  });
  if (standing === undefined) return { errors: [], warnings };
  const values = text(Object.fromEntries(read.map((name) => [name, training.hparams[name] ?? 'nothing'])));
  const rule = `cannot be built of images of ${images} as the study stands${values === '' ? '' : ` (${values})`}: ${standing}`;
  return { errors: [{ path: 'model', rule, value: undefined, fix: 'mend the model, or training.hparams' }], warnings };
}

const text = (hparams: HParams): string =>
  Object.entries(hparams)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

function sweepsOf({ model, training, stages }: PlannableStudy): readonly ArchitectureSweep[] {
  const read = 'layers' in model ? hparamNames(model.layers) : [];
  // What was put in is not among what was written.
  const written = stages.filter(({ inserted }) => inserted === undefined);
  return written.flatMap(({ stage, options }, i) => {
    if (STAGES[stage]?.isSearch !== true) return [];
    const { space } = options as { readonly space: Space };
    return read.some((name) => hparamsIn(space).includes(name))
      ? [{ path: `stages.${i}.space`, space: spaceAround(space, training.hparams) }]
      : [];
  });
}
