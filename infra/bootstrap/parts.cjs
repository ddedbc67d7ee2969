'use strict';

/**
 * The parts in the order in which they are begun: that which takes longest first. Each has a name, the purposes it is
 * neededFor (start, test), `writesPackage` where it goes into this package's own folder, `inspect(context)` -> { ok,
 * version?, source?, fix? }, which reads files only, and `prepare(context)`, which leaves the part usable or throws
 * PartUnavailable.
 */
const PARTS = [
  require('./versitygw.cjs'),
  require('./npm-packages.cjs'),
  require('./tensorflow.cjs'),
  require('./temporal.cjs'),
  require('./minio.cjs'),
  ...require('./nodes.cjs').NODE_PARTS,
];

module.exports = { PARTS };
