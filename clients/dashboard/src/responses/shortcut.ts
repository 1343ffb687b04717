/** A shortcut as it is kept: the slash before it only says that one follows. */
export function withoutSlash(shortcut: string): string {
  return shortcut.trim().replace(/^\/+/, "");
}
