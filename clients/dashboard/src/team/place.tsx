import { useDesk } from "../context.js";

/** Who works here. */
export function TeamPlace() {
  const { language } = useDesk();
  return <h1>{language.texts.common.places.team}</h1>;
}
