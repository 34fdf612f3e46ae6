// Subscriptions over one WebSocket, for either client.

import { createClient, type ExecutionResult, type Sink, type SubscribePayload } from 'graphql-ws';

/** What a client has of an operation when it hands it on; one with a list of documents has a hash in place of `query`. */
export type Asked = Omit<SubscribePayload, 'query'> & { query?: string };

/** Return what follows an operation until it is told to stop. The token goes into the first message: a browser sets no headers here. */
export function live(url: string, token: string | undefined): (asked: Asked, sink: Sink<ExecutionResult>) => () => void {
  let silent: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    retryAttempts: Infinity, // through any restart; a refused token is the only end
    shouldRetry: (why) => (why as { code?: number }).code !== 4403,
    connectionAckWaitTimeout: 5_000,
    keepAlive: 10_000, // asks whether the server is still there, and takes five seconds of silence for a dead network
    on: {
      ping: (received) => void (received || (silent = setTimeout(() => socket.terminate(), 5_000))),
      pong: () => clearTimeout(silent),
      closed: () => clearTimeout(silent),
    },
  });
  return (asked, sink) => socket.subscribe({ ...asked, query: asked.query ?? '' }, sink as Sink<never>);
}
