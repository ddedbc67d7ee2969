import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface MainScript {
  readonly file: string;
  /** What Node needs to run it. */
  readonly execArgv: readonly string[];
}

/** The `stepwell` command as a script for Node: compiled, or in a checkout the sources through tsx. */
export function mainScript(): MainScript {
  const extension = path.extname(__filename);
  const file = path.join(__dirname, `main${extension}`);
  return { file, execArgv: extension === '.ts' ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [] };
}
