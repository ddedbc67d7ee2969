import type { Command } from 'commander';
import { checkSearchedModel } from '../check-model';
import { loadStudy } from '../load-study';
import { print, printJson } from '../output';

export function validate(program: Command): void {
  program
    .command('validate')
    .description('check a study file: every mistake at once, with its line')
    .argument('[study]', 'YAML or JSON file, a module, or - for stdin', 'study.yaml')
    .option('--json', 'print the study with every default filled, as JSON')
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const study = await loadStudy(file);
      const { parsed } = study;
      await checkSearchedModel(study);
      if (json === true) return printJson(parsed);
      const stages = parsed.stages.map(({ stage, inserted }) =>
        inserted === undefined ? stage : `${stage} (put in: ${inserted})`,
      );
      print(`${file} is a valid study: ${parsed.name}, ${stages.length} stages`);
      stages.forEach((stage, i) => print(`  ${i + 1}. ${stage}`));
    });
}
