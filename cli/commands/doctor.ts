/**
 * `stepwell doctor`: what there is, where it came from, and what to do about what there is not.
 *
 * @module
 */
import type { Command } from 'commander';
import { inspectMachine } from '../doctor/machine';
import type { Finding } from '../doctor/machine';
import { inspectPlaces } from '../doctor/places';
import { inspectServices } from '../doctor/services';
import { EXIT_CODES } from '../exit-codes';
import { folderOption } from '../folder-option';
import { colorsFor, print, printJson } from '../output';

export function doctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check this machine and the services: every part, its version, where it came from, and the fix where one is missing',
    )
    .addOption(folderOption())
    .option('--json', 'print the findings as JSON')
    .action(async ({ folder, json = false }: { readonly folder: string; readonly json?: boolean }) => {
      const findings = [...inspectMachine(), ...inspectPlaces(folder), ...(await inspectServices(folder))];
      const ok = findings.every(({ state }) => state !== 'missing');
      if (json) printJson({ ok, findings });
      else print(findingsText(findings));
      if (!ok) process.exitCode = EXIT_CODES.environment.code;
    });
}

function findingsText(findings: readonly Finding[]): string {
  const { green, red, dim } = colorsFor(process.stdout);
  const marks: Readonly<Record<Finding['state'], string>> = { ok: green('✓'), idle: dim('-'), missing: red('✗') };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, detail, fix }) => {
    const line = `${marks[state]} ${name.padEnd(width)}  ${detail}`;
    return fix === undefined ? [line] : [line, `  ${' '.repeat(width)}  ${fix}`];
  });
  return lines.join('\n');
}
