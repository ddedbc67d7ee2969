import { get } from 'node:http';

const TIMEOUT_MILLISECONDS = 2_000;

/** Whether a GET of the URL is answered with success; no connection is left open. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MILLISECONDS }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode === 200));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
