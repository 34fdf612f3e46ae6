// Asks the same by either client, and follows what changes: node clients/main.ts apollo, or urql; with a third word, `listed`, for a server that has the list.

import { serverAddress } from '../src/address.ts'; // of another, graphql-ws throws where nobody can catch it
import { failure, withApollo, withUrql } from './either.ts';
import {
  BillableProjectsDocument,
  CreateInvoiceDocument,
  PreviewInvoiceDocument,
  ProjectChangesDocument,
  WhyNotProposedDocument,
  type RefusalFragment,
  type ShownFragment,
} from './gql/graphql.ts';

const [name, listed] = process.argv.slice(2);
const server = [serverAddress(), process.env['API_TOKEN'], listed === 'listed'] as const;
const { query, mutate, follow } = name === 'apollo' ? withApollo(...server) : withUrql(...server);
const changes = follow(ProjectChangesDocument).getReader();

try {
  if (!(await changes.read()).value?.billableProjectsChanged.refetch) throw new Error('the first event says that all is to be asked for');

  const projects = (await query(BillableProjectsDocument, { first: 2 })).billableProjects?.nodes ?? [];
  for (const { title, billing } of projects) console.log(`${billing?.unbilled.amount.amount} of ${title}`);

  await refuse('Newsletter templates');
  let made = false;
  for (const project of projects) if ((made = await invoiced(project))) break;
  if (!made) console.log(projects.length ? 'None of these can be invoiced as it is.' : 'There is nothing left to invoice.');
  await changes.cancel();
} catch (error) {
  console.error(failure(error));
  process.exit(1); // with a connection that may still be open
}

/** Show why a project whose advance covers it cannot be invoiced by its time. */
async function refuse(title: string): Promise<void> {
  const project = (await query(WhyNotProposedDocument, { search: title })).projects?.nodes.find((node) => node.title === title);
  if (!project) throw new Error(`there is no project ${title}`);
  const { previewInvoice } = await query(PreviewInvoiceDocument, { input: { projectId: project.id, source: { timetracking: {} } } });
  for (const error of previewInvoice?.userErrors ?? []) console.log(refusal(error));
}

/** Make the invoice of a project and hear of it, or say why it is refused. */
async function invoiced({ id, title }: ShownFragment): Promise<boolean> {
  const input = { projectId: id, source: { phase: {} }, idempotencyKey: crypto.randomUUID() };
  const { createInvoice } = await mutate(CreateInvoiceDocument, { input });
  for (const error of createInvoice?.userErrors ?? []) console.log(refusal(error));
  if (!createInvoice?.invoice) return false;
  console.log(`${createInvoice.invoice.total.amount} of ${title} is a ${createInvoice.invoice.status}`);

  for (const { title, billing } of (await changes.read()).value?.billableProjectsChanged.projects ?? []) {
    console.log(`${title} is ${billing?.proposed ? 'still' : 'no longer'} proposed`);
  }
  return true;
}

/** Say why it is refused: each type of user error has its own details, and all have a code and a message. */
function refusal(error: RefusalFragment): string {
  const amounts = error.__typename === 'CoveredByAdvance' ? ` (${error.unbilled.amount} unbilled, ${error.openAdvance.amount} open)` : '';
  return `${error.code}: ${error.message}${amounts}`;
}
