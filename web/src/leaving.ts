/** What runs belongs to its tab: who leaves that, for a new one too, stops it, since GraphiQL shows answers in the tab in front. */
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

export function Leaving(): null {
  const { stop } = useGraphiQLActions();
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id);
  useEffect(() => stop, [tab, stop]);
  useEffect(() => {
    document.addEventListener("click", staying, true);
    return () => document.removeEventListener("click", staying, true);
  }, []);
  return null;
}

/** Keep a click on the tab in front, such as the end of a drag, from GraphiQL, which would stop what runs there. */
function staying(click: MouseEvent): void {
  if ((click.target as Element).closest(".graphiql-tab-active .graphiql-tab-button")) click.stopPropagation();
}
