/** The heights of the lines behind bars: round whole numbers from 0, the last one above all bars. */
export function ticks(most: number): readonly number[] {
  const rough = Math.max(most, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough) ?? rough;
  const step = Math.max(1, round);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
