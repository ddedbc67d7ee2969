import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { say } from './output';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

/** Shows a file with the program that the user's desktop has for it; where there is none it says so. */
export async function openFile(file: string): Promise<void> {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const program = spawn(opener, [file], { detached: true, stdio: 'ignore', env: { ...process.env } });
  program.unref();
  await once(program, 'spawn').catch(() => say(`there is no ${opener} here: open ${file} in a browser`));
}
