import type { Visitor } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { isAdministrator } from "../team/may.js";
import { Confirm } from "../ui/confirm.js";
import { nameOf } from "../ui/format.js";
import { BanDialog, UnbanDialog } from "./ban.js";
import { readExport, saveJson } from "./export.js";

interface ActsProps {
  readonly visitor: Visitor;
  readonly isBanned: boolean;
  /** Takes the visitor as it is then. */
  take(visitor: Visitor): void;
  /** It has been erased. */
  erased(): void;
}

/** What can be done about a visitor, each asked once more. */
export function Acts({ visitor, isBanned, take, erased }: ActsProps) {
  const { language, self } = useDesk();
  const { visitors } = language.texts;
  const [asked, setAsked] = useState<"ban" | "erase" | "export" | "unban">();
  const close = () => setAsked(undefined);
  return (
    <section class="visitor-part">
      <h3>{visitors.administration}</h3>
      <div class="visitor-acts">
        <button type="button" onClick={() => setAsked(isBanned ? "unban" : "ban")}>
          {isBanned ? visitors.unban : visitors.ban}
        </button>
        {isAdministrator(self) && (
          <>
            <button type="button" onClick={() => setAsked("export")}>
              {visitors.export}
            </button>
            <button type="button" class="danger" onClick={() => setAsked("erase")}>
              {visitors.erase}
            </button>
          </>
        )}
      </div>
      {asked === "ban" && <BanDialog visitor={visitor} take={take} close={close} />}
      {asked === "unban" && <UnbanDialog visitor={visitor} take={take} close={close} />}
      {asked === "export" && <ExportDialog visitor={visitor} close={close} />}
      {asked === "erase" && (
        <EraseDialog visitor={visitor} isBanned={isBanned} erased={erased} close={close} />
      )}
    </section>
  );
}

interface ExportDialogProps {
  readonly visitor: Visitor;
  close(): void;
}

function ExportDialog({ visitor, close }: ExportDialogProps) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  return (
    <Confirm
      title={fill(visitors.exportTitle, { name: nameOf(language, visitor) })}
      label={visitors.exportDo}
      work={async () => saveJson(`visitor-${visitor._id}.json`, await readExport(desk.call, visitor._id))}
      close={close}
    >
      <p>{visitors.exportText}</p>
    </Confirm>
  );
}

interface EraseDialogProps extends ExportDialogProps, Pick<ActsProps, "erased" | "isBanned"> {}

function EraseDialog({ visitor, isBanned, erased, close }: EraseDialogProps) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const erase = async () => {
    const params = { path: { id: visitor._id } };
    await desk.call(api => api.DELETE("/api/visitors/{id}", { params }));
    erased();
  };
  return (
    <Confirm
      title={fill(visitors.eraseTitle, { name: nameOf(language, visitor) })}
      label={visitors.eraseDo}
      isDangerous
      work={erase}
      close={close}
    >
      <p>{visitors.eraseText}</p>
      {isBanned && <p>{visitors.eraseBan}</p>}
    </Confirm>
  );
}
