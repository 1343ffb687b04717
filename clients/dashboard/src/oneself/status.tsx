import { useDesk } from "../context.js";

/** Who is signed in, what the others see of it, and the way out. */
export function StatusMenu() {
  const { self } = useDesk();
  return <p>{self.name}</p>;
}
