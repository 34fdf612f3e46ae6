// Why is this project not among them?

import { graphql } from './gql/index.ts';
import type { Send } from './transport.ts';

const WhyNotProposed = graphql(`
  query WhyNotProposed($search: String!) {
    projects(filter: { search: $search }) {
      nodes {
        id
        title
        billing {
          id
          notProposedBecause
          untilProposed {
            amount
            currency
          }
        }
        sources {
          source {
            name
          }
          unavailableBecause {
            __typename
            message
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
        }
      }
    }
  }
`);

/** The titles of projects are other ones. */
export class NoSuchProject extends Error {}

/** Find the project of this title; throws NoSuchProject. */
export async function found(send: Send, title: string) {
  const { projects } = await send(WhyNotProposed, { search: title });
  const project = projects?.nodes.find((node) => node.title === title);
  if (!project) throw new NoSuchProject(`there is no project ${title}`);
  return project;
}

/** Say in words why a project is not proposed for invoicing. */
export function because(project: Awaited<ReturnType<typeof found>>): string {
  const reason = project.billing?.notProposedBecause;
  switch (reason) {
    case undefined:
    case null:
      return 'It is among them.';
    case 'NOTHING_UNBILLED':
      return 'Nothing is unbilled.';
    case 'COVERED_BY_ADVANCE': {
      const covered = project.sources?.map((one) => one.unavailableBecause).find((why) => why?.__typename === 'CoveredByAdvance');
      const until = project.billing?.untilProposed;
      const amounts = covered && `${covered.unbilled.amount} is unbilled, and ${covered.openAdvance.amount} of advances is open.`;
      return `${amounts ?? 'An advance covers it.'} It is proposed as soon as more than ${until?.amount} ${until?.currency} is added.`;
    }
    default:
      return `It is not proposed: ${reason}.`; // a newer server may have more reasons
  }
}
