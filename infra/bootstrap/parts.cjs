'use strict';

/**
 * The parts in the order in which they are prepared. Each has a name, the purposes it is neededFor (start, test),
 * `inspect(context)` -> { ok, version?, source?, fix? }, which reads files only, and `prepare(context)`,
 * which leaves the part usable or throws PartUnavailable.
 */
const PARTS = [
  require('./npm-packages.cjs'),
  require('./tensorflow.cjs'),
  require('./temporal.cjs'),
  require('./versitygw.cjs'),
  require('./minio.cjs'),
];

module.exports = { PARTS };
