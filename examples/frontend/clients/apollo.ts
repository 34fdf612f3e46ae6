// The same documents with Apollo Client 4.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { hashOf, sha256 } from './hash.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function apollo(uri: string, token: string | undefined, listed: boolean): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new PersistedQueryLink(listed ? { generateHash: hashOf } : { sha256 }),
      new HttpLink({ uri, headers: token ? { Authorization: `Bearer ${token}` } : {} }),
    ]),
  });
}
