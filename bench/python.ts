/**
 * A Python with the benches' peers, in a virtual environment that nothing else uses.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const environmentFolder = (name: string): string =>
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'stepwell', name);

/**
 * Path of a Python that has the requirements; installs them from the package index first where they are not there yet.
 *
 * @param requirementsFile A requirements.txt with every version pinned.
 * @throws Error that names what to do if Python or the index cannot be reached.
 */
export function pythonWith(name: string, requirementsFile: string): string {
  const folder = environmentFolder(name);
  const python = path.join(folder, 'bin', 'python');
  const marker = path.join(folder, 'installed.txt');
  const wanted = readFileSync(requirementsFile, 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return python;
  process.stderr.write(`installing ${wanted.trim().split('\n').join(', ')} into ${folder}\n`);
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 2, 2] });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirementsFile], {
      stdio: ['ignore', 2, 2],
    });
  } catch (cause) {
    throw new Error(
      `peers cannot be installed [folder=${folder}]; it takes python3 with venv and pip, and a package index that pip can reach`,
      { cause },
    );
  }
  writeFileSync(marker, wanted);
  return python;
}
