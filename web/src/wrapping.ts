/** Long lines of an operation go on in the next: a comment in a tab is a line for each paragraph. */
import { useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

export function Wrapping(): null {
  const editor = useGraphiQL((state) => state.queryEditor);
  useEffect(() => editor?.updateOptions({ wordWrap: "on", wrappingIndent: "indent" }), [editor]);
  return null;
}
