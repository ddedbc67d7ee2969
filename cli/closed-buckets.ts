import { isOpenBucket } from '../activities/datasets/source/bucket-roots';
import type { ParsedStudy, Problem } from '../workflows/spec';

/**
 * A warning for each bucket of a study that the environment here does not open. Whether a cluster's tuner workers open
 * it, only they know.
 */
export function closedBuckets(study: ParsedStudy, roots: readonly string[]): readonly Problem[] {
  const weights = { path: 'model.initialWeights.file', uri: study.model.initialWeights?.file };
  return [{ path: 'dataset.uri', uri: study.dataset.uri }, weights, ...importsOf(study)].flatMap(({ path, uri }) =>
    uri?.startsWith('s3://') === true && !isOpenBucket(uri, roots)
      ? [
          {
            path,
            rule: 'is in a bucket that STEPWELL_BUCKET_ROOTS does not open here: it must where the tuner workers run',
            value: uri,
            fix: `here it opens ${roots.join(', ')}`,
          },
        ]
      : [],
  );
}

/** With the paths of the file, where inserted stages are not. */
function importsOf({ stages }: ParsedStudy): readonly { readonly path: string; readonly uri?: string }[] {
  return stages
    .filter(({ inserted }) => inserted === undefined)
    .flatMap(({ options }, i) => {
      const { import: imports = [] } = options as { readonly import?: readonly { readonly uri?: string }[] };
      return imports.map(({ uri }, j) => ({ path: `stages.${i}.import.${j}.uri`, ...(uri !== undefined && { uri }) }));
    });
}
