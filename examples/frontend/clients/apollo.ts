// The same documents with Apollo Client 4.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { OperationTypeNode, print } from 'graphql';
import { hashOf, sha256 } from './hash.ts';
import { live } from './live.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function apollo(uri: string, token: string | undefined, listed: boolean): ApolloClient {
  const follow = live(uri, token);
  const overSocket = new ApolloLink(
    ({ query, variables, operationName, extensions }) =>
      new Observable<ApolloLink.Result>((sink) =>
        follow({ variables, operationName, extensions, ...(listed ? {} : { query: print(query) }) }, sink as Parameters<typeof follow>[1]),
      ),
  );
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new PersistedQueryLink(listed ? { generateHash: hashOf } : { sha256 }),
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        overSocket,
        new HttpLink({ uri, headers: token ? { Authorization: `Bearer ${token}` } : {} }),
      ),
    ]),
  });
}
