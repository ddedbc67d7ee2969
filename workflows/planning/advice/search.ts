import { dimensionsFor, isRelative } from '../../search/space';
import type { Problem } from '../../spec/problem';
import { formatNumber } from '../../stages/format';
import { OPTIMIZER_FAMILIES } from '../../stages/optimizer-family';
import { DEFAULT_LEARNING_RATES } from '../../words/hparams';
import { numbersOf, valuesOf } from './advised';
import type { Rule } from './advised';

/** Optimizers whose usual rates are further apart want ranges of their own. */
const RATE_RATIO_MAX = 3;

export const singleSeeds: Rule = {
  name: 'what differences are worth shows with several seeds',
  of({ stages }) {
    return stages
      .filter(({ options }) => options['replicates'] === 1)
      .map(({ path, isSearch }): Problem => ({
        path: `${path}.replicates`,
        value: 1,
        rule: isSearch
          ? 'leaves every answer at low confidence: one seed tells no difference from chance'
          : 'shows nothing of what another seed would give',
        fix: 'set at least 3',
      }));
  },
};

export const ratesThatCannotTrain: Rule = {
  name: 'a range of learning rates keeps to those that its optimizers can train at',
  of({ stages }) {
    return stages.flatMap(({ path, space, optimizers }) =>
      dimensionsFor(space, 'learningRate').flatMap((dimension): readonly Problem[] => {
        const numbers = isRelative(dimension) ? undefined : numbersOf(dimension);
        const branch = [dimension.when?.['optimizer'] ?? optimizers].flat() as typeof optimizers;
        if (numbers === undefined) return [];
        const families = branch.map((name) => OPTIMIZER_FAMILIES[name]);
        const [from, to] = [Math.min(...families.map((one) => one.from)), Math.max(...families.map((one) => one.to))];
        if (numbers.low >= from && numbers.high <= to) return [];
        return [
          {
            path: `${path}.space.learningRate`,
            value: [numbers.low, numbers.high],
            rule: `has rates at which ${branch.join(', ')} cannot train: points there are lost`,
            fix: `keep within [${formatNumber(from)}, ${formatNumber(to)}]`,
          },
        ];
      }),
    );
  },
};

export const sharedRate: Rule = {
  name: 'optimizers whose rates differ have ranges of their own',
  of({ stages }) {
    return stages.flatMap(({ path, space, optimizers: known }): readonly Problem[] => {
      const searched = dimensionsFor(space, 'optimizer').flatMap((one) => valuesOf(one)) as typeof known;
      const rates = searched.map((name) => DEFAULT_LEARNING_RATES[name]);
      const own = dimensionsFor(space, 'learningRate');
      const perBranch = own.length > 0 && own.every(({ when }) => when?.['optimizer'] !== undefined);
      if (rates.length < 2 || Math.max(...rates) < RATE_RATIO_MAX * Math.min(...rates) || perBranch) return [];
      const usual = searched.map((name) => `${name} ${formatNumber(DEFAULT_LEARNING_RATES[name])}`).join(', ');
      return [
        {
          path: `${path}.space.optimizer`,
          value: searched,
          rule: `compares optimizers at ${own.length === 0 ? 'one learning rate' : 'one range of learning rates'}, and what suits one does not suit another (usual: ${usual})`,
          fix: 'give each its own in its branch: { adam: { learningRate: { logUniform: [0.0003, 0.03] } }, … }',
        },
      ];
    });
  },
};

export const sameOptimizerTwice: Rule = {
  name: 'adam and adamw are one optimizer here',
  of({ stages }) {
    return stages.flatMap(({ path, space }): readonly Problem[] => {
      const values = dimensionsFor(space, 'optimizer').flatMap((one) => valuesOf(one));
      if (!values.includes('adam') || !values.includes('adamw')) return [];
      return [
        {
          path: `${path}.space.optimizer`,
          value: values,
          rule: 'tries adam twice: weight decay is decoupled for every optimizer, so adamw trains as adam does',
          fix: 'leave one of them out',
        },
      ];
    });
  },
};

export const decidedInVain: Rule = {
  name: 'what a search decides of the length reaches the final training',
  of({ stages }) {
    return stages.flatMap(({ path, stage, options }, i): readonly Problem[] => {
      const search = stages.slice(0, i).find(({ space }) => dimensionsFor(space, 'epochs').length > 0);
      if (stage !== 'finalTrain' || options['epochs'] === undefined || search === undefined) return [];
      return [
        {
          path: `${path}.epochs`,
          value: options['epochs'],
          rule: `takes the place of the epochs that ${search.path} decides on`,
          fix: 'leave it out',
        },
      ];
    });
  },
};
