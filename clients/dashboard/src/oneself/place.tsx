import { useDesk } from "../context.js";

/** How somebody wants it. */
export function OneselfPlace() {
  const { language } = useDesk();
  return <h1>{language.texts.common.places.oneself}</h1>;
}
