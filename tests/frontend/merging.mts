// Two queries that are watched select different parts of the same objects without an id; tests/frontend/test_caches.py counts what they ask.
import { setTimeout } from 'node:timers/promises';
import { apollo } from '../../examples/frontend/clients/apollo.ts';
import { parse } from '../../examples/frontend/node_modules/graphql/index.js';

const client = apollo(process.env['API_URL']!, process.env['API_TOKEN'], false);
const watched = (text: string) => client.watchQuery<Record<string, unknown>>({ query: parse(text) });
const one = watched(`
  query One {
    viewer { role }
    projects(filter: { search: "Website" }) { nodes { id title billing { id unbilled { amount { amount } } openAdvance { amount } } } }
  }
`);
const other = watched(`
  query Other {
    viewer { name }
    projects(filter: { search: "Website" }) { totalCount edges { node { id billing { id unbilled { seconds amount { currency } } openAdvance { currency } } } } }
  }
`);
const came = [one, other].map((query) => {
  const all: unknown[] = [];
  query.subscribe(({ data, loading }) => void (loading || all.push(data)));
  return all;
});
while (came.some((all) => all.length === 0)) await setTimeout(10);
await one.refetch();
await other.refetch();
await setTimeout(500); // what would ask again begins before that
for (const query of [one, other]) {
  const { data, dataState } = query.getCurrentResult();
  console.log(dataState, JSON.stringify(data, (key, value) => (key === '__typename' ? undefined : value)));
}
client.stop();
