import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { readJson, writeJson } from './folder';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The credentials of a folder's servers: random, made once, readable by their owner only. */
export function credentialsOf(folder: string): Credentials {
  const file = path.join(folder, 'credentials.json');
  const kept = readJson<Partial<Credentials>>(file);
  if (typeof kept?.accessKeyId === 'string' && typeof kept.secretAccessKey === 'string')
    return { accessKeyId: kept.accessKeyId, secretAccessKey: kept.secretAccessKey };
  const made = {
    accessKeyId: randomBytes(10).toString('hex').toUpperCase(),
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
  writeJson(file, made);
  return made;
}
