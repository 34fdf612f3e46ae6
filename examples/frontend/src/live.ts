// What changes in the list, as it happens: the same fragment, so a cache has all that is shown. The folder clients follows it.

import { graphql } from './gql/index.ts';

export const ProjectChanges = graphql(`
  subscription ProjectChanges {
    billableProjectsChanged {
      refetch
      projects {
        ...Shown
      }
    }
  }
`);
