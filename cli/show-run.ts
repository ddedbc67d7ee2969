import { CommandError } from './failure';
import { print, printJson } from './output';
import { showText } from './show-text';
import { openStoreToRead } from './store';

/** Prints what one run of a study has published when it ended. @throws CommandError if there is none of that id */
export async function showRun(
  name: string,
  run: string,
  { json, folder }: { readonly json?: boolean; readonly folder: string },
): Promise<void> {
  const {
    publishedBy,
    runsOf,
  }: typeof import('../activities/study/study-runs') = require('../activities/study/study-runs');
  const { store, close } = openStoreToRead(folder);
  try {
    const record = await publishedBy(store, name, run);
    if (record === undefined) {
      const runs = await runsOf(store, name);
      const others = runs.length === 0 ? 'only the run that holds its name' : runs.join(', ');
      throw new CommandError(
        `there is no run ${run} of study ${name} that has ended; the store has ${others}`,
        'failed',
        'StudyUnknown',
      );
    }
    if (json === true) return printJson(record);
    const { progress, failure } = record;
    print([showText(progress, progress.status), ...(failure === undefined ? [] : [failure])].join('\n\n'));
  } finally {
    await close();
  }
}
