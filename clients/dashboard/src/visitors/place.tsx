import { useDesk } from "../context.js";

interface VisitorsPlaceProps {
  /** The id of the visitor who is shown. */
  readonly id?: string;
}

/** Who is on the site, and who was. */
export function VisitorsPlace({ id }: VisitorsPlaceProps) {
  const { language } = useDesk();
  return <h1>{`${language.texts.common.places.visitors} ${id ?? ""}`}</h1>;
}
