// The same documents with Apollo Client 4.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RetryLink } from '@apollo/client/link/retry';
import { OperationTypeNode, print } from 'graphql';
import { throwError } from 'rxjs';
import types from './gql/possible-types.ts';
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
    cache: new InMemoryCache({ possibleTypes: types.possibleTypes }), // without them a user error has no code and no message
    link: ApolloLink.from([
      new RetryLink({ attempts: { max: 4 } }), // tries again what fails, but it sees no answer that has errors in it
      new ErrorLink(({ error }) => (unavailable(error) ? throwError(() => error) : undefined)),
      new PersistedQueryLink(listed ? { generateHash: hashOf } : { sha256 }),
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        overSocket,
        new HttpLink({ uri, headers: token ? { Authorization: `Bearer ${token}` } : {} }),
      ),
    ]),
  });
}

/** Whether the same may be sent again: it was not done, or it has an idempotency key. */
function unavailable(error: unknown): boolean {
  return CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE');
}
