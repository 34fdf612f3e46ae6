// What the two clients have in common: they ask, change and follow.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { apollo } from './apollo.ts';
import { urql } from './urql.ts';

type Ask = <Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
) => Promise<Result>;
type Follow = <Result>(document: TypedDocumentNode<Result, Record<string, never>>) => ReadableStream<Result>;

/** Whatever asks; what it answers has data, and each error is thrown. */
export interface Either {
  query: Ask;
  mutate: Ask;
  follow: Follow;
}

export function withApollo(...server: Parameters<typeof apollo>): Either {
  const client = apollo(...server);
  return {
    query: async (query, variables) => (await client.query({ query, variables })).data as never,
    mutate: async (mutation, variables) => (await client.mutate({ mutation, variables })).data as never,
    follow: (query) => streamed((push) => client.subscribe({ query }).subscribe((result) => push(result as never))),
  };
}

export function withUrql(...server: Parameters<typeof urql>): Either {
  const client = urql(...server);
  return {
    query: async (query, variables) => given(await client.query(query, variables)),
    mutate: async (mutation, variables) => given(await client.mutation(mutation, variables)),
    follow: (document) => streamed((push) => client.subscription(document, {}).subscribe(push)),
  };
}

/** What may have come: Apollo Client throws the errors of queries and mutations as it comes, and hands on those of subscriptions; urql hands on all. */
interface Came<Result> {
  data?: Result | undefined;
  error?: Error | undefined;
}

function given<Result>({ data, error }: Came<Result>): Result {
  if (error || !data) throw error ?? new Error('there is no data');
  return data;
}

/** Make a stream of what a subscription hands on, which its error ends; to cancel it ends the subscription. */
function streamed<Result>(begin: (push: (result: Came<Result>) => void) => { unsubscribe: () => void }): ReadableStream<Result> {
  let begun: { unsubscribe: () => void } | undefined;
  return new ReadableStream({
    start: (controller) =>
      void (begun = begin((result) => {
        try {
          controller.enqueue(given(result));
        } catch (error) {
          controller.error(error); // what is thrown in here, nobody who reads would hear of
        }
      })),
    cancel: () => begun?.unsubscribe(),
  });
}

/** Say what failed: the code and message of each top-level error, or what ended the connection. */
export function failure(error: unknown): string {
  const { errors, graphQLErrors, message } = error as Partial<Record<'errors' | 'graphQLErrors', readonly Problem[]>> & { message?: string };
  const all = (errors ?? graphQLErrors ?? []).map((one) => `${one.extensions?.['code']}: ${one.message}`);
  return all.length ? all.join('\n') : (message ?? String(error));
}

type Problem = { message: string; extensions?: Record<string, unknown> };
