// The same documents with urql: its core, which the packages for React, Vue and Svelte share.

import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { hashOf } from './hash.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function urql(url: string, token: string | undefined, listed: boolean): Client {
  const list = { enforcePersistedQueries: true, generateHash: async (_text: string, document: Parameters<typeof hashOf>[0]) => hashOf(document) };
  return new Client({
    url,
    preferGetMethod: false, // no variables in URLs, which end up in logs
    fetchOptions: () => ({ headers: token ? { Authorization: `Bearer ${token}` } : {} }),
    exchanges: [
      cacheExchange,
      persistedExchange({ preferGetForPersistedQueries: false, enableForMutation: true, ...(listed ? list : {}) }),
      fetchExchange,
    ],
  });
}
