/**
 * `stepwell up`: servers and workers on this machine, until `stepwell down`.
 *
 * @module
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { announceReady, backgroundLog, claimBackground, findBackground, startBackground } from '../background';
import type { BackgroundSettings } from '../background';
import { startEmbedded } from '../embedded';
import { CommandError } from '../failure';
import { folderOption } from '../folder-option';
import { listenForInterrupt, unlessInterrupted } from '../interrupt';
import { print, printJson, say } from '../output';
import { leftRunning } from '../services';

interface UpOptions {
  readonly folder: string;
  readonly fileRoot?: readonly string[];
  readonly modelFolder?: string;
  readonly foreground?: boolean;
  readonly json?: boolean;
}

export function up(program: Command): void {
  program
    .command('up')
    .description('start a Temporal server, an S3 server and both workers on this machine, to stay until stepwell down')
    .addOption(folderOption())
    .option('--file-root <folder...>', 'folders that file:// data sets may be read from (default: the current folder)')
    .option('--model-folder <folder>', 'folder that model modules may be bundled from (default: the current folder)')
    .option('--foreground', 'stay in the foreground until Ctrl-C')
    .option('--json', 'print addresses and environment as JSON')
    .action(
      async ({
        folder,
        fileRoot = [process.cwd()],
        modelFolder = process.cwd(),
        foreground = false,
        json = false,
      }: UpOptions) => {
        const settings = {
          folder: path.resolve(folder),
          fileRoots: fileRoot.map((root) => path.resolve(root)),
          modelFolder: path.resolve(modelFolder),
        };
        demandFolders(settings);
        await (foreground ? stayUp(settings, json) : startAndLeave(settings, json));
      },
    );
}

/** @throws CommandError naming every folder that is not there. */
function demandFolders({ fileRoots, modelFolder }: BackgroundSettings): void {
  const named = [...fileRoots.map((root) => ['--file-root', root] as const), ['--model-folder', modelFolder] as const];
  const wrong = named.filter(([, folder]) => !existsSync(folder) || !statSync(folder).isDirectory());
  if (wrong.length === 0) return;
  throw new CommandError(
    wrong.map(([option, folder]) => `${option} must be a folder that exists, got ${folder}`).join('; '),
    'badInput',
    'ConfigInvalid',
  );
}

async function startAndLeave(settings: BackgroundSettings, json: boolean): Promise<void> {
  const running = findBackground(settings.folder)?.ready === true;
  say(running ? 'services and workers run already' : `starting services and workers in ${settings.folder}`);
  announce(settings, await startBackground(settings), json);
}

async function stayUp(settings: BackgroundSettings, json: boolean): Promise<void> {
  await claimBackground(settings);
  const interrupt = listenForInterrupt(
    () => 'stopped',
    () => leftRunning(settings.folder),
  );
  const starting = startEmbedded({ ...settings, detached: false, onProgress: say, atOnce: interrupt.atOnce });
  try {
    const embedded = await unlessInterrupted(interrupt, starting);
    announceReady(settings.folder);
    announce(settings, embedded, json);
    await unlessInterrupted(interrupt, embedded.failed);
  } catch (error) {
    // Whoever asked it to stop is not told that it has failed.
    if (error !== interrupt.signal.reason) throw error;
    say('stopping: workers hand their trials over first');
  } finally {
    await starting.then(
      (embedded) => embedded.stop(),
      () => undefined,
    );
    interrupt.release();
  }
}

interface Addresses {
  readonly environment: Readonly<Record<string, string>>;
  describe(): string;
}

function announce(
  { folder, fileRoots, modelFolder }: BackgroundSettings,
  { environment, describe }: Addresses,
  json: boolean,
): void {
  if (json) return printJson({ folder, environment, fileRoots, modelFolder });
  const exports = path.join(folder, 'environment');
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  writeFileSync(exports, lines.join(''), { mode: 0o600 });
  print(describe());
  print(`data sets    ${fileRoots.join(', ')}`);
  print(`models       ${modelFolder}`);
  print(`logs         ${path.join(folder, '*.log')}, first of all ${path.basename(backgroundLog(folder))}`);
  print(`environment  . ${exports}`);
}
