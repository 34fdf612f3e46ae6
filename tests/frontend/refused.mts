// What a front end must not be able to write. tests/frontend/test_types.py reads what TypeScript says of each line that has a number.
import { BillableProjectsDocument, CreateInvoiceDocument, WhyNotProposedDocument } from '../../examples/frontend/src/gql/graphql.ts';
import { connect } from '../../examples/frontend/src/transport.ts';

const send = connect('http://127.0.0.1');
const { billableProjects } = await send(BillableProjectsDocument, { first: 1 });
const [project] = billableProjects?.nodes ?? [];
if (!project) throw new Error('no project');
const projectId = project.id;
const line = { description: 'Work', unitPrice: '100.00' };

// These are right, so that what is said below is about what is wrong with it.
export const title: string = project.title;
await send(CreateInvoiceDocument, { input: { projectId, source: { manual: { lines: [line] } } } });

export const one = project.titel;
export const two: number = project.billing!.unbilled.amount.amount;
export const three = project.billing.openAdvance;
await send(CreateInvoiceDocument, { input: { projectId, source: { manual: { lines: [{ ...line, unitPrice: 100.5 }] } } } }); // four
await send(CreateInvoiceDocument, { input: { projectId: 'UHJvamVjdDox', source: { phase: {} } } }); // five
await send(CreateInvoiceDocument, { input: { projectId, source: { phase: {}, timetracking: {} } } }); // six
await send(CreateInvoiceDocument, { input: { projectId, source: { phase: { upTo: new Date() } } } }); // seven
await send(BillableProjectsDocument, { first: '10' }); // eight
await send(WhyNotProposedDocument, {}); // nine
