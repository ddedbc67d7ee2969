/**
 * Freezes the options that the planner is asked with, as studies of the present version have them:
 *
 * node --import tsx test/planner/freeze.ts
 *
 * To be run when PLANNER_VERSION is raised, and not else: a study that runs has the options that it was resolved with,
 * and lacks those that came later.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stageOptions } from '../nodes/decisions';

writeFileSync(path.join(__dirname, 'options.json'), `${JSON.stringify(stageOptions(), null, 2)}\n`);
