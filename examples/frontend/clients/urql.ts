// The same documents with urql: its core, which the packages for React, Vue and Svelte share.

import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { retryExchange } from '@urql/exchange-retry';
import { hashOf } from './hash.ts';
import { live, type Asked } from './live.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function urql(url: string, token: string | undefined, listed: boolean): Client {
  const list = { enforcePersistedQueries: true, generateHash: async (_text: string, document: Parameters<typeof hashOf>[0]) => hashOf(document) };
  const follow = live(url, token);
  return new Client({
    url,
    preferGetMethod: false, // no variables in URLs, which end up in logs
    fetchOptions: () => ({ headers: token ? { Authorization: `Bearer ${token}` } : {} }),
    exchanges: [
      cacheExchange,
      retryExchange({
        maxNumberAttempts: 4,
        retryIf: ({ networkError, graphQLErrors }) => Boolean(networkError) || graphQLErrors.some((error) => error.extensions['code'] === 'UNAVAILABLE'),
      }),
      persistedExchange({
        preferGetForPersistedQueries: false,
        enableForMutation: true,
        enableForSubscriptions: listed,
        ...(listed ? list : {}),
      }),
      subscriptionExchange({
        forwardSubscription: (asked) => ({ subscribe: (sink) => ({ unsubscribe: follow(asked as Asked, sink as Parameters<typeof follow>[1]) }) }),
      }),
      fetchExchange,
    ],
  });
}
