// The same documents with urql: its core, which the packages for React, Vue and Svelte share.

import { Client, cacheExchange, fetchExchange, subscriptionExchange, type CombinedError } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { retryExchange } from '@urql/exchange-retry';
import type { Sink } from 'graphql-ws';
import { hashOf } from './hash.ts';
import { ConnectionClosed, live } from './live.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function urql(url: string, token: string | undefined, listed: boolean): Client {
  const list = { enforcePersistedQueries: true, generateHash: async (_text: string, document: Parameters<typeof hashOf>[0]) => hashOf(document) };
  const socket = live(url, token, listed);
  return new Client({
    url,
    preferGetMethod: false, // no variables in URLs, which end up in logs
    fetchOptions: () => ({ headers: token ? { Authorization: `Bearer ${token}` } : {} }),
    exchanges: [
      cacheExchange,
      retryExchange({ maxNumberAttempts: 4, retryIf: mayGetBetter }),
      persistedExchange({
        preferGetForPersistedQueries: false,
        enableForMutation: true,
        enableForSubscriptions: listed,
        ...(listed ? list : {}),
      }),
      subscriptionExchange({
        forwardSubscription: (asked) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...asked, query: asked.query ?? '' }, sink as Sink) }),
        }),
      }),
      fetchExchange,
    ],
  });
}

/** Whether the same may have an answer if it is sent again; it was not done, or it has an idempotency key. */
function mayGetBetter({ networkError, graphQLErrors, response }: CombinedError): boolean {
  if (!networkError) return graphQLErrors.some((error) => error.extensions['code'] === 'UNAVAILABLE');
  const answer = response as Response | undefined;
  if (answer && !answer.ok) return answer.status >= 500;
  return !(networkError instanceof ConnectionClosed); // a network that is away, or an answer that broke off
}
