#!/usr/bin/env node
import { createRequire } from 'node:module';

const { bootstrap } = createRequire(import.meta.url)('./bootstrap.cjs');

process.exitCode = await bootstrap(process.argv.slice(2));
