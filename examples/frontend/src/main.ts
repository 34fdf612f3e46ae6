// The program: lists what is to be invoiced, says why one project is not in the list, and invoices another.

import { createInterface } from 'node:readline';
import { serverAddress } from './address.ts';
import { invoice } from './invoice.ts';
import { billableProjects } from './list.ts';
import { NoAnswer, RequestFailed, connect } from './transport.ts';
import { NoSuchProject, because, found } from './why.ts';

const send = connect(serverAddress(), process.env['API_TOKEN']);
const [covered = 'Newsletter templates', billed = 'Website'] = process.argv.slice(2);

try {
  console.log('Projects to invoice:');
  for await (const { title, customer, billing } of billableProjects(send)) {
    const { amount, currency } = billing!.unbilled.amount;
    console.log(`${amount.padStart(10)} ${currency}  ${title}, ${customer.name}; open advance ${billing!.openAdvance.amount}`);
  }

  console.log(`\nWhy is ${covered} not among them?\n${because(await found(send, covered))}`);

  console.log(`\nThe invoice of ${billed}:`);
  const { id } = await found(send, billed);
  const outcome = await invoice(send, { projectId: id, source: { phase: {} } }, async ({ lines, vat, total }) => {
    for (const { description, net } of lines) console.log(`${net.amount.padStart(10)}  ${description}`);
    console.log(`${vat.amount.padStart(10)}  VAT\n${total.amount.padStart(10)}  ${total.currency} in all`);
    return agreed('Make it? (yes or no)');
  });
  switch (outcome.kind) {
    case 'made':
      console.log(`${outcome.number} is ${outcome.status}: ${outcome.amount} ${outcome.currency}.`);
      break;
    case 'refused':
      for (const { code, message } of outcome.why) console.log(`${code}: ${message}`);
      break;
    case 'declined':
      console.log('Nothing was made.');
  }
} catch (error) {
  if (error instanceof RequestFailed) console.error(`${error.code}: ${error.message} (request ${error.requestId})`);
  else if (error instanceof NoAnswer || error instanceof NoSuchProject) console.error(error.message);
  else throw error; // a bug
  process.exitCode = 1;
}

/** Whether the next line that is typed is a yes; where nobody can type, it is none. */
async function agreed(question: string): Promise<boolean> {
  console.log(question);
  for await (const line of createInterface({ input: process.stdin })) return line.trim() === 'yes';
  return false;
}
