import { useObserved } from "@livechat/ui";
import { useEffect, useState } from "preact/hooks";
import { DeskProvider, type Work, WorkProvider } from "./context.js";
import { Desk } from "./live/desk.js";
import type { Self } from "./session.js";
import { Shell } from "./shell.js";
import { SessionEnded } from "./signin/ended.js";
import { SignIn } from "./signin/sign-in.js";

/** The dashboard. */
export function App(work: Work) {
  const state = useObserved(work.session.state);
  return (
    <WorkProvider value={work}>
      {state.status === "signed-out" ? (
        <SignIn />
      ) : (
        <SignedIn key={state.self.id} work={work} self={state.self} />
      )}
      {state.status === "ended" && <SessionEnded self={state.self} />}
    </WorkProvider>
  );
}

interface SignedInProps {
  readonly work: Work;
  readonly self: Self;
}

function SignedIn({ work, self }: SignedInProps) {
  const [desk] = useState(() => new Desk(work.session, self, localStorage));
  const { status } = useObserved(work.session.state);
  useEffect(() => () => desk.close(), [desk]);
  useEffect(() => {
    if (status === "signed-in") {
      desk.connect();
    }
  }, [desk, status]);
  return (
    <DeskProvider value={{ ...work, self, desk }}>
      <Shell />
    </DeskProvider>
  );
}
