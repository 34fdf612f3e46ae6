/** The token of whoever opened the page: it comes in the address, `#token=...`, and lives in memory alone. */

let token: string | null = null;

/** Take the token out of the address, and the address bar: what follows # is never sent, but it is seen, copied and kept as history. */
export function takeToken(): boolean {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("token");
  if (given === null) return false;
  token = given;
  fragment.delete("token");
  const rest = fragment.toString();
  history.replaceState(history.state, "", location.pathname + location.search + (rest && `#${rest}`));
  return true;
}

/** The token to ask with, if there is one. */
export function currentToken(): string | null {
  return token;
}
