// Runs every audit of GraphQL over HTTP against the server at argv[2], and prints what each found as JSON.
// BILLHOOK_TOKEN, where it is set, is sent as an access token.
import { serverAudits } from 'graphql-http';

const token = process.env.BILLHOOK_TOKEN;

function fetchFn(url, init) {
  const headers = new Headers(init?.headers);
  if (token) headers.set('authorization', `Bearer ${token}`);
  return fetch(url, { ...init, headers });
}

async function found({ fn }) {
  const { id, name, status, reason, response } = await fn();
  const said = response && `${response.status} ${response.headers.get('content-type')} ${await response.text()}`;
  return { id, name, status, reason, said: said ?? null };
}

const audits = serverAudits({ url: process.argv[2], fetchFn });
console.log(JSON.stringify(await Promise.all(audits.map(found))));
