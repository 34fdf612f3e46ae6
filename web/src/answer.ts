/** What the server says, and plain words where it says nothing. */
import { type ExecutionResult, GraphQLError } from "graphql";
import { withHint } from "./hint";

const SILENCE =
  "No answer came from this server: it was stopped, cannot be reached, or another program answered in its place. " +
  "A mutation may have been done all the same.";

/** The answer, with what to do above it where nobody was let in. */
export async function answerOf(asked: Response | Promise<Response>): Promise<ExecutionResult> {
  try {
    return withHint(await (await asked).json()) as ExecutionResult;
  } catch (why) {
    return silence(why);
  }
}

/** An answer for people in place of one that never came; why, which is for developers, is in the console, unless somebody stopped it. */
export function silence(why: unknown): ExecutionResult {
  if (!(why instanceof DOMException && why.name === "AbortError")) console.error(why);
  return { errors: [new GraphQLError(SILENCE)] };
}
