import { useDesk } from "../context.js";

/** Figures of what was done. */
export function FiguresPlace() {
  const { language } = useDesk();
  return <h1>{language.texts.common.places.figures}</h1>;
}
