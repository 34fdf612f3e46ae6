/** A subscription belongs to its tab: who leaves that, for a new one too, stops it, since GraphiQL shows events in the tab in front. */
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

export function Leaving(): null {
  const { stop } = useGraphiQLActions();
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id);
  useEffect(() => stop, [tab, stop]);
  return null;
}
