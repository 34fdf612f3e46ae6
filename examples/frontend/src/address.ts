// Where the server is, by the environment.

/** Return the address of the server's GraphQL; ends the program with a line where what is given is none. */
export function serverAddress(): string {
  const url = process.env['API_URL'] ?? 'http://127.0.0.1:8000/graphql';
  if (URL.canParse(url) && /^https?:[^#]*$/i.test(url)) return url;
  console.error(`${url} is no address of a server: that begins with http:// or https://, and has no #`);
  process.exit(1);
}
