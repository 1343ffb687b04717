import type { Failure } from "@livechat/client";
import { useWork } from "../context.js";
import { sentence } from "./action.js";

interface ProblemProps {
  readonly failure: Failure | undefined;
  /** What is said instead of what is usual for the codes. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly retry?: () => void;
}

/** Why something did not work, beside it. */
export function Problem({ failure, texts, retry }: ProblemProps) {
  const { language } = useWork();
  if (!failure) {
    return null;
  }
  return (
    <p class="problem" role="alert">
      {texts?.[failure.code] ?? sentence(language, failure)}
      {retry && (
        <button type="button" onClick={retry}>
          {language.texts.common.retry}
        </button>
      )}
    </p>
  );
}
