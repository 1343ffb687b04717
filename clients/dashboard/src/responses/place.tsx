import { useDesk } from "../context.js";

/** Texts that are ready to be sent. */
export function ResponsesPlace() {
  const { language } = useDesk();
  return <h1>{language.texts.common.places.responses}</h1>;
}
