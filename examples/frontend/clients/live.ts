// Subscriptions over one WebSocket, for either client.

import { createClient, type Client } from 'graphql-ws';

/** A connection ended for good: what was worth another try has had it. */
export class ConnectionClosed extends Error {
  readonly code: number;

  constructor({ code, reason }: Closed) {
    super(`the connection was closed with ${code} ${reason}`);
    this.code = code;
  }
}

/** What a WebSocket says when it ends; it is no `Error`, and has no message. */
type Closed = Pick<CloseEvent, 'code' | 'reason'>;

/**
 * Return what follows operations until it is told to stop. The token goes into the first message: a browser sets no headers here.
 * With `listed` the texts stay at home, because the hashes beside them are of other texts.
 */
export function live(url: string, token: string | undefined, listed: boolean): Client {
  let silent: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    retryAttempts: Infinity, // through any restart; what cannot get better is the only end, and of that it does not know a refused token
    shouldRetry: (why) => !(isClosed(why) && why.code === 4403),
    connectionAckWaitTimeout: 5_000,
    keepAlive: 10_000, // asks whether the server is still there, and takes five seconds of silence for a dead network
    on: {
      ping: (received) => void (received || (silent = setTimeout(() => socket.terminate(), 5_000))),
      pong: () => clearTimeout(silent),
      closed: () => clearTimeout(silent),
    },
  });
  return {
    ...socket,
    subscribe: (asked, sink) =>
      socket.subscribe(listed ? { ...asked, query: '' } : asked, {
        ...sink,
        error: (why) => sink.error(isClosed(why) ? new ConnectionClosed(why) : why),
      }),
  };
}

function isClosed(why: unknown): why is Closed {
  return typeof why === 'object' && why !== null && 'code' in why && 'reason' in why;
}
