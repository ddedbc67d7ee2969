import type { StudyProgress } from '../workflows/words/progress';
import { reasonOf } from './failure';
import { say } from './output';
import { openStoreToRead } from './store';

/** What the store knows of a study that nobody answers for; `undefined`, after a word why, where it cannot be read. */
export async function storedProgress(folder: string, name: string): Promise<StudyProgress | undefined> {
  // The AWS SDK takes half a second to load.
  const { progressInStore }: typeof import('../activities/study/recovery') = require('../activities/study/recovery');
  const { readStudy }: typeof import('../activities/study/stored-study') = require('../activities/study/stored-study');
  try {
    const { store, close } = openStoreToRead(folder);
    try {
      return await progressInStore(store, await readStudy(store, name));
    } finally {
      await close();
    }
  } catch (error) {
    say(
      `what the store has of study ${name} cannot be read: ${error instanceof Error ? reasonOf(error) : String(error)}`,
    );
    return undefined;
  }
}
