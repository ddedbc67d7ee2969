'use strict';

/** Negative, zero or positive as version a is before, equal to or after b; by numbers, so that 1.10 comes after 1.9. */
function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const length = Math.max(left.length, right.length);
  const differences = Array.from({ length }, (_, i) => (left[i] ?? 0) - (right[i] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

module.exports = { compareVersions };
