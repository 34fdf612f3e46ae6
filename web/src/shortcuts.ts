/** The shortcuts that GraphiQL names work on any keyboard: it binds the Ctrl of a Mac, which elsewhere is the key of the system. */
import { isMacOs, KEY_MAP } from "@graphiql/react";

// KeyMod.WinCtrl and KeyMod.CtrlCmd of Monaco, which is not loaded yet.
const SYSTEM = 1 << 8;
const CTRL = 1 << 11;

export function bindWhatIsNamed(): void {
  if (isMacOs) return;
  for (const { keybindings } of [KEY_MAP.prettify, KEY_MAP.mergeFragments, KEY_MAP.copyQuery])
    keybindings.forEach((keys, at) => (keybindings[at] = keys & SYSTEM ? (keys & ~SYSTEM) | CTRL : keys));
}
