// Asks the same by either client, and follows what changes: node clients/main.ts apollo, or urql; with a third word, `listed`, for a server that has the list.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { apollo } from './apollo.ts';
import {
  BillableProjectsDocument,
  CreateInvoiceDocument,
  PreviewInvoiceDocument,
  ProjectChangesDocument,
  WhyNotProposedDocument,
  type RefusalFragment,
} from './gql/graphql.ts';
import { urql } from './urql.ts';

type Ask = <Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
) => Promise<Result>;
type Follow = <Result>(document: TypedDocumentNode<Result, Record<string, never>>) => ReadableStream<Result>;

const [name, listed] = process.argv.slice(2);
const server = [process.env['API_URL'] ?? 'http://127.0.0.1:8000/graphql', process.env['API_TOKEN'], listed === 'listed'] as const;
const { query, mutate, follow } = name === 'apollo' ? withApollo() : withUrql();

const changes = follow(ProjectChangesDocument).getReader();
if (!(await changes.read()).value?.billableProjectsChanged.refetch) throw new Error('the first event says that all is to be asked for');

const { billableProjects } = await query(BillableProjectsDocument, { first: 2 });
for (const { title, billing } of billableProjects?.nodes ?? []) console.log(`${billing?.unbilled.amount.amount} of ${title}`);

const covered = await found('Newsletter templates');
const { previewInvoice } = await query(PreviewInvoiceDocument, { input: { projectId: covered.id, source: { timetracking: {} } } });
for (const error of previewInvoice?.userErrors ?? []) console.log(refusal(error));

const website = await found('Website');
const input = { projectId: website.id, source: { phase: {} }, idempotencyKey: crypto.randomUUID() };
const { createInvoice } = await mutate(CreateInvoiceDocument, { input });
for (const error of createInvoice?.userErrors ?? []) console.log(refusal(error));
if (!createInvoice?.invoice) process.exit(1);
console.log(`${createInvoice.invoice.total.amount} of ${website.title} is a ${createInvoice.invoice.status}`);

for (const { title, billing } of (await changes.read()).value?.billableProjectsChanged.projects ?? []) {
  console.log(`${title} is ${billing?.proposed ? 'still' : 'no longer'} proposed`);
}
await changes.cancel();

/** Find the project of this title. */
async function found(title: string) {
  const project = (await query(WhyNotProposedDocument, { search: title })).projects?.nodes.find((node) => node.title === title);
  if (!project) throw new Error(`there is no project ${title}`);
  return project;
}

/** Say why it is refused: each type of user error has its own details, and all have a code and a message. */
function refusal(error: RefusalFragment): string {
  const amounts = error.__typename === 'CoveredByAdvance' ? ` (${error.unbilled.amount} unbilled, ${error.openAdvance.amount} open)` : '';
  return `${error.code}: ${error.message}${amounts}`;
}

function withApollo(): { query: Ask; mutate: Ask; follow: Follow } {
  const client = apollo(...server);
  return {
    query: async (query, variables) => (await client.query({ query, variables })).data as never,
    mutate: async (mutation, variables) => (await client.mutate({ mutation, variables })).data as never,
    follow: (query) => streamed((push) => client.subscribe({ query }).subscribe((result) => push(given(result as never)))),
  };
}

function withUrql(): { query: Ask; mutate: Ask; follow: Follow } {
  const client = urql(...server);
  return {
    query: async (query, variables) => given(await client.query(query, variables)),
    mutate: async (mutation, variables) => given(await client.mutation(mutation, variables)),
    follow: (document) => streamed((push) => client.subscription(document, {}).subscribe((result) => push(given(result)))),
  };
}

/** Make a stream of what a subscription hands on; to cancel it ends the subscription. */
function streamed<Result>(begin: (push: (result: Result) => void) => { unsubscribe: () => void }): ReadableStream<Result> {
  let begun: { unsubscribe: () => void } | undefined;
  return new ReadableStream({
    start: (controller) => void (begun = begin((result) => controller.enqueue(result))),
    cancel: () => begun?.unsubscribe(),
  });
}

/** Apollo Client throws top-level errors, as it comes; urql hands them on. */
function given<Result>({ data, error }: { data?: Result | undefined; error?: Error | undefined }): Result {
  if (error || !data) throw error ?? new Error('there is no data');
  return data;
}
