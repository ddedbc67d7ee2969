import { DatasetInvalid } from '../errors';
import type { Source } from '../source/source';

export interface BrokenFile {
  readonly file: string;
  readonly why: string;
}

/** Files named in a message before it is cut. */
const SHOWN_MAX = 8;

/** @param allowed Share of the files that may be broken. */
export function brokenFiles(
  source: Source,
  broken: readonly BrokenFile[],
  files: number,
  allowed: number,
): DatasetInvalid {
  const shown = broken.slice(0, SHOWN_MAX).map(({ file, why }) => `${file} ${why}`);
  const more = broken.length > SHOWN_MAX ? `; and ${broken.length - SHOWN_MAX} more` : '';
  const share = Math.ceil((1000 * broken.length) / files) / 1000;
  const fix =
    allowed > 0
      ? `these are more than image.skipBroken=${allowed} allows; mend or remove them`
      : `mend or remove them, or leave them out with image: { skipBroken: ${share} }`;
  return new DatasetInvalid(
    `${broken.length} of ${files} image files cannot be read [uri=${source.uri}]: ${shown.join('; ')}${more}; ${fix}`,
  );
}
