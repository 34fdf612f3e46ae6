// Time is tracked between two previews of one invoice: which of them Apollo Client and urql give again, and which they ask for anew.
import { apollo } from '../../examples/frontend/clients/apollo.ts';
import { PreviewInvoiceDocument, type PreviewInvoiceQuery } from '../../examples/frontend/clients/gql/graphql.ts';
import { urql } from '../../examples/frontend/clients/urql.ts';
import { parse } from '../../examples/frontend/node_modules/graphql/index.js';
import type { Id } from '../../examples/frontend/src/scalars.ts';

const server = [process.env['API_URL']!, process.env['API_TOKEN'], false] as const;
const projectId = process.env['PROJECT'] as Id;
const variables = { input: { projectId, source: { phase: {} } } };
const query = PreviewInvoiceDocument;
const [one, other, third] = [apollo(...server), urql(...server), apollo(...server)];
const total = ({ data }: { data?: PreviewInvoiceQuery | undefined }) => data?.previewInvoice?.preview?.total.amount;

const before = [await one.query({ query, variables }), await other.query(query, variables)];
const mutation = parse('mutation Track($input: TrackTimeInput!) { trackTime(input: $input) { userErrors { code } } }');
await third.mutate({ mutation, variables: { input: { projectId, userId: process.env['NORA'], seconds: 3600 } } });
const after = [await one.query({ query, variables }), await other.query(query, variables)];
const anew = [
  await one.query({ query, variables, fetchPolicy: 'network-only' }),
  await other.query(query, variables, { requestPolicy: 'network-only' }),
];
for (const results of [before, after, anew]) console.log(results.map(total).join(' '));
