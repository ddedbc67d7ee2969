import { isIP } from 'node:net';

/** Whether a server's address, `host:port`, is this very machine's own: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(address: string): boolean {
  const host = address
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}
