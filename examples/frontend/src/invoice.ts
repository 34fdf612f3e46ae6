// Invoice it: a preview, somebody's yes, and exactly that document, once.

import { graphql } from './gql/index.ts';
import type { CreateInvoiceInput, PreviewFragment, PreviewInvoiceInput, RefusalFragment } from './gql/graphql.ts';
import { RequestFailed, type Send } from './transport.ts';

const PreviewInvoice = graphql(`
  query PreviewInvoice($input: PreviewInvoiceInput!) {
    previewInvoice(input: $input) {
      preview {
        ...Preview
      }
      userErrors {
        ...Refusal
      }
    }
  }

  fragment Preview on InvoicePreview {
    lines {
      description
      net {
        amount
      }
    }
    vat {
      amount
    }
    total {
      amount
      currency
    }
    token
  }

  fragment Refusal on UserError {
    __typename
    code
    message
    path
    ... on CoveredByAdvance {
      unbilled {
        amount
      }
      openAdvance {
        amount
        currency
      }
    }
  }
`);

const CreateInvoice = graphql(`
  mutation CreateInvoice($input: CreateInvoiceInput!) {
    createInvoice(input: $input) {
      invoice {
        id
        number
        status
        total {
          amount
          currency
        }
      }
      userErrors {
        ...Refusal
        ... on StateChanged {
          now {
            ...Preview
          }
        }
      }
    }
  }
`);

/** What became of it. */
export type Outcome =
  | { kind: 'made'; number: string | null; status: string; amount: string; currency: string }
  | { kind: 'refused'; why: readonly RefusalFragment[] }
  | { kind: 'declined' };

/** Preview an invoice, ask whether to make it, and ask again where it has changed meanwhile. */
export async function invoice(send: Send, asked: PreviewInvoiceInput, agreed: (preview: PreviewFragment) => Promise<boolean>): Promise<Outcome> {
  const previewed = (await send(PreviewInvoice, { input: asked })).previewInvoice;
  let preview = previewed?.preview;
  if (!preview) return { kind: 'refused', why: previewed?.userErrors ?? [] };

  while (await agreed(preview)) {
    // A key belongs to one request: the same document sent twice is made once, and another document is another request.
    const input = { ...asked, book: true, previewToken: preview.token, idempotencyKey: crypto.randomUUID() };
    const created = await persistently(send, input);
    if (created?.invoice) {
      const { number, status, total } = created.invoice;
      return { kind: 'made', number, status, ...total };
    }
    const changed = created?.userErrors.find((error) => error.__typename === 'StateChanged');
    if (!changed?.now) return { kind: 'refused', why: created?.userErrors ?? [] };
    preview = changed.now;
  }
  return { kind: 'declined' };
}

/** Send it again while nobody knows whether it was done: its idempotency key makes sure that it is done once. */
async function persistently(send: Send, input: CreateInvoiceInput & { idempotencyKey: string }) {
  for (let seconds = 1; ; seconds *= 2) {
    try {
      const { createInvoice } = await send(CreateInvoice, { input });
      const answered = !createInvoice?.userErrors.some(({ code }) => code === 'CONFLICT'); // data, which no link or exchange tries again
      if (answered || seconds > 4) return createInvoice;
    } catch (error) {
      const answered = error instanceof RequestFailed && error.code !== 'UNAVAILABLE' && !error.code.startsWith('HTTP_5');
      if (answered || seconds > 4) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}
