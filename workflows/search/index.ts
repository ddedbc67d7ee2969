export { deriveSeed, hash32, permutation, uniform } from './random';
