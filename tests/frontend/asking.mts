// One query, by one of the clients.
import { failure, withApollo, withUrql } from '../../examples/frontend/clients/either.ts';
import { WhyNotProposedDocument } from '../../examples/frontend/clients/gql/graphql.ts';

const server = [process.env['API_URL']!, process.env['API_TOKEN'], false] as const;
const { query } = process.argv[2] === 'apollo' ? withApollo(...server) : withUrql(...server);
await query(WhyNotProposedDocument, { search: 'Website' }).catch((error) => console.log(failure(error)));
