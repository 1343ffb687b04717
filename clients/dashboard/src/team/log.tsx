import { useDesk } from "../context.js";

/** What matters for security. */
export function LogPlace() {
  const { language } = useDesk();
  return <h1>{language.texts.common.places.log}</h1>;
}
