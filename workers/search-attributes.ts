import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/words/contract';

const INDEXED_VALUE_TYPE_KEYWORD = 2;

/**
 * Makes the namespace index the studies' attributes, where this client may.
 *
 * @returns Whether it does; without them a study runs all the same.
 */
export async function registerSearchAttributes(client: Client): Promise<boolean> {
  const { connection } = client;
  const { namespace } = client.options;
  const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => customAttributes[name] === undefined);
    if (missing.length > 0) {
      const attributes = Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes });
    }
    return true;
  } catch {
    return false;
  }
}
