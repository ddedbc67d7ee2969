import type { Command } from 'commander';
import { checkReadable } from '../check-study';
import { loadStudy } from '../load-study';
import { print, printJson } from '../output';

export function validate(program: Command): void {
  program
    .command('validate')
    .description('check a study file: every mistake at once, with its line')
    .argument('[study]', 'YAML or JSON file, a module, or - for stdin', 'study.yaml')
    .option('--json', 'print the study with every default filled and all warnings, as JSON')
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const study = await loadStudy(file);
      const { parsed } = study;
      const warnings = [...study.warnings, ...(await checkReadable(study))];
      if (json === true) return printJson({ ...parsed, warnings });
      const stages = parsed.stages.map(({ stage, inserted }) =>
        inserted === undefined ? stage : `${stage} (put in: ${inserted})`,
      );
      print(`${file} is a valid study: ${parsed.name}, ${stages.length} stages`);
      stages.forEach((stage, i) => print(`  ${i + 1}. ${stage}`));
    });
}
