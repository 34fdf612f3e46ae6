// A timekeeper tracks time, and asks for its amount, which is not for timekeepers: what Apollo Client and urql make of it.
import { apollo } from '../../examples/frontend/clients/apollo.ts';
import { failure } from '../../examples/frontend/clients/either.ts';
import { urql } from '../../examples/frontend/clients/urql.ts';
import { parse } from '../../examples/frontend/node_modules/graphql/index.js';

const server = [process.env['API_URL']!, process.env['API_TOKEN'], false] as const;
const mutation = parse('mutation Track($input: TrackTimeInput!) { trackTime(input: $input) { timeEntry { seconds amount { amount } } } }');
const variables = { input: { projectId: process.env['PROJECT']!, seconds: 60 } };
const client = apollo(...server);

await client.mutate({ mutation, variables }).catch((error) => console.log(failure(error)));
for (const { data, error } of [
  await client.mutate({ mutation, variables, errorPolicy: 'all' }),
  await urql(...server).mutation(mutation, variables),
]) {
  console.log(JSON.stringify(data, (key, value) => (key === '__typename' ? undefined : value)), failure(error));
}
