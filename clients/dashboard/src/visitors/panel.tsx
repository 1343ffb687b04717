import { useDesk } from "../context.js";

interface VisitorPanelProps {
  /** The visitor's id. */
  readonly id: string;
}

/** All that is known of a visitor, and what can be done about it. */
export function VisitorPanel({ id }: VisitorPanelProps) {
  const { language } = useDesk();
  return <h2>{`${language.texts.common.anonymous} ${id}`}</h2>;
}
