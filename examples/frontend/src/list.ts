// Which projects are to be invoiced?

import { graphql } from './gql/index.ts';
import type { BillableProjectsQuery } from './gql/graphql.ts';
import type { Send } from './transport.ts';

const BillableProjects = graphql(`
  query BillableProjects($first: Int!, $after: String) {
    billableProjects(first: $first, after: $after) {
      nodes {
        ...Shown
        customer {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }

  fragment Shown on Project {
    id
    title
    billing {
      id
      proposed
      unbilled {
        amount {
          amount
          currency
        }
      }
      openAdvance {
        amount
      }
    }
  }
`);

/** Go over all projects to be invoiced, the largest amount first; a page is asked for when it is needed. */
export async function* billableProjects(send: Send, first = 10) {
  for (let after: string | null = null; ; ) {
    const page: BillableProjectsQuery['billableProjects'] = (await send(BillableProjects, { first, after })).billableProjects;
    yield* page?.nodes ?? [];
    if (!page?.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}
