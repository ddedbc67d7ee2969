import { confidenceBy } from '../../../workflows/stages/confidence';

it('is high where nothing speaks against an answer', () => {
  expect(confidenceBy({ guess: { 'one seed': false }, doubt: { 'a seed failed': false } })).toEqual({
    confidence: 'high',
    doubts: [],
  });
});

it('is medium in doubt, and says in which', () => {
  expect(
    confidenceBy({ guess: { 'one seed': false }, doubt: { 'a seed failed': true, 'the seeds do not agree': false } }),
  ).toEqual({ confidence: 'medium', doubts: ['a seed failed'] });
});

it('is low for a guess, and says why with the other doubts', () => {
  expect(confidenceBy({ guess: { 'one seed': true }, doubt: { 'a seed failed': true } })).toEqual({
    confidence: 'low',
    doubts: ['one seed', 'a seed failed'],
  });
});
