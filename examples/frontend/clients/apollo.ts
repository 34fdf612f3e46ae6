// The same documents with Apollo Client 4.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { throwError } from 'rxjs';
import types from './gql/possible-types.ts';
import typePolicies from './gql/type-policies.ts';
import { hashOf, sha256 } from './hash.ts';
import { ConnectionClosed, live } from './live.ts';

/** Make a client; `listed` is for a server that answers the documents of clients/gql/persisted-documents.json only. */
export function apollo(uri: string, token: string | undefined, listed: boolean): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache({
      possibleTypes: types.possibleTypes, // without them a user error has no code and no message
      typePolicies, // without them two queries that select different parts of an amount take it from each other
    }),
    link: ApolloLink.from([
      new RetryLink({ attempts: { max: 4, retryIf: mayGetBetter } }), // tries again what is thrown, but it sees no answer that has errors in it
      new ErrorLink(({ error }) => (mayGetBetter(error) ? throwError(() => error) : undefined)),
      new PersistedQueryLink(listed ? { generateHash: hashOf } : { sha256 }),
      ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(live(uri, token, listed)),
        new HttpLink({ uri, headers: token ? { Authorization: `Bearer ${token}` } : {} }),
      ),
    ]),
  });
}

/** Whether the same may have an answer if it is sent again; it was not done, or it has an idempotency key. */
function mayGetBetter(error: unknown): boolean {
  if (CombinedGraphQLErrors.is(error)) return error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE');
  if (ServerError.is(error)) return error.statusCode >= 500;
  return !(error instanceof ConnectionClosed); // a network that is away
}
