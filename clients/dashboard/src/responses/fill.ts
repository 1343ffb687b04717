import type { VisitorBrief } from "@livechat/client";

/** What a canned response may leave open. */
export const PLACEHOLDERS = ["visitor.name", "visitor.email", "agent.name"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Whom a canned response is about. */
export interface People {
  readonly visitor: Pick<VisitorBrief, "email" | "name">;
  readonly agent: { readonly name: string };
}

/** A placeholder as it is written. */
export function written(placeholder: Placeholder): string {
  return `{{${placeholder}}}`;
}

const WRITTEN = /([ \t]*)\{\{\s*([\w.]+)\s*\}\}([,;:]?[ \t]*)/g;

/**
 * A canned response with names in the place of its placeholders; others stay as they are. Where there is no name, what
 * separates it from the rest goes with it: `Hello {{visitor.name}}!` becomes `Hello!`.
 */
export function fillIn(content: string, { visitor, agent }: People): string {
  const names: ReadonlyMap<string, string | null> = new Map<Placeholder, string | null>([
    ["visitor.name", visitor.name],
    ["visitor.email", visitor.email],
    ["agent.name", agent.name],
  ]);
  return content.replace(WRITTEN, (all, before: string, placeholder: string, after: string, at: number) => {
    const name = names.get(placeholder);
    if (name === undefined) {
      return all;
    }
    if (name) {
      return before + name + after;
    }
    const beginsLine = at === 0 || content[at - 1] === "\n";
    return beginsLine ? "" : after;
  });
}
