import type { Language as LanguageOf } from "@livechat/ui";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Desk } from "./live/desk.js";
import type { Texts } from "./locales/en.js";
import type { KeptPreferences } from "./preferences.js";
import type { Self, Session } from "./session.js";

/** A language with what the dashboard says in it. */
export type Language = LanguageOf<Texts>;

/** What every place of the dashboard has. */
export interface Work {
  readonly session: Session;
  readonly preferences: KeptPreferences;
  readonly language: Language;
}

/** The same, with who is signed in. */
export interface SignedInWork extends Work {
  readonly self: Self;
  readonly desk: Desk;
}

const WorkContext = createContext<Work | undefined>(undefined);
const DeskContext = createContext<SignedInWork | undefined>(undefined);

export const WorkProvider = WorkContext.Provider;
export const DeskProvider = DeskContext.Provider;

/** What every place has. */
export function useWork(): Work {
  const work = useContext(WorkContext);
  if (!work) {
    throw new Error("There is no WorkProvider");
  }
  return work;
}

/** What every place has where somebody is signed in. */
export function useDesk(): SignedInWork {
  const work = useContext(DeskContext);
  if (!work) {
    throw new Error("There is no DeskProvider");
  }
  return work;
}
