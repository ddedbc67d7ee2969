/**
 * Two functions of `node:util` that TensorFlow.js 4.22 calls: Node 23 took `isNullOrUndefined` away, and Node 22 and
 * later write a deprecation warning when they run their own. Import this before TensorFlow.js.
 *
 * @module
 */
import util from 'node:util';

Object.assign(util, {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
});
