/** What to do without a token that works: it lives in memory alone, so that a page that was loaded again has none. */

const HINT = "Open the address that billhook printed again, or type the header Authorization into the pane Headers.";

/** The answer, with what to do above it where nobody was let in. */
export function withHint(answer: unknown): unknown {
  return isUnauthenticated(answer) ? { hint: HINT, ...answer } : answer;
}

function isUnauthenticated(answer: unknown): answer is { errors: unknown[] } {
  const errors = (answer as { errors?: { extensions?: { code?: unknown } }[] } | null)?.errors;
  return Array.isArray(errors) && errors.some((error) => error.extensions?.code === "UNAUTHENTICATED");
}
