import { createServer, connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOPBACK = '127.0.0.1';

/** A network between clients and a server that can be cut and slowed. */
export class Proxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isCut = false;
  private delayMilliseconds = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of the loopback address. @param target `host:port`. */
  static async start(target: string): Promise<Proxy> {
    const [host = LOOPBACK, port = ''] = target.split(':');
    const server = createServer();
    const proxy = new Proxy(server, { host, port: Number(port) });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
    return proxy;
  }

  /** `host:port` for clients. */
  get address(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('proxy does not listen');
    return `${LOOPBACK}:${address.port}`;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.isCut = true;
    this.pairs.forEach(destroy);
  }

  /** Holds back everything that passes for so long. */
  slow(milliseconds: number): void {
    this.delayMilliseconds = milliseconds;
  }

  mend(): void {
    this.isCut = false;
    this.delayMilliseconds = 0;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const pair = [client, connect(this.target)] as const;
    const [, upstream] = pair;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      // A broken connection is what this is for: both ends see it closed.
      socket
        .on('error', () => destroy(pair))
        .on('close', () => {
          this.pairs.delete(pair);
          destroy(pair);
        });
    }
    void this.carry(client, upstream).catch(() => destroy(pair));
    void this.carry(upstream, client).catch(() => destroy(pair));
  }

  private async carry(from: Socket, to: Socket): Promise<void> {
    for await (const bytes of from) {
      if (this.delayMilliseconds > 0) await delay(this.delayMilliseconds);
      if (!to.write(bytes))
        await new Promise((resolve) => {
          to.once('drain', resolve).once('close', resolve);
        });
    }
    to.end();
  }
}

function destroy(pair: readonly [Socket, Socket]): void {
  pair.forEach((socket) => socket.destroy());
}
