import { useEffect, useState } from "preact/hooks";

/** A value once it has not changed for a while. */
export function useSettled<T>(value: T, time: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), time);
    return () => clearTimeout(timer);
  }, [value, time]);
  return settled;
}
