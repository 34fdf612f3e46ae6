// What changes in the list, as it happens. Clients with WebSockets follow it: see the folder clients.

import { graphql } from './gql/index.ts';

export const ProjectChanges = graphql(`
  subscription ProjectChanges {
    billableProjectsChanged {
      refetch
      projects {
        id
        title
        billing {
          proposed
        }
      }
    }
  }
`);
