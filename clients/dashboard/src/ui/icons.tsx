/** The shapes, each drawn in a square of 24. */
const SHAPES = {
  inbox: "M4 5h16v14H4zM4 13h5l1.5 2.5h3L15 13h5",
  visitors: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c3 2.5 3 13.5 0 16M12 4c-3 2.5-3 13.5 0 16",
  figures: "M5 20V10M12 20V4M19 20v-7",
  responses: "M5 5h14v10H11l-4 4v-4H5zM9 9h6M9 12h4",
  team: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14c2 .7 3 2.7 3 5",
  log: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
  oneself: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4.5 4-7 8-7s8 2.5 8 7",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  filter: "M4 6h16M7 12h10M10 18h4",
  back: "M14 6l-6 6 6 6",
  send: "M4 12l16-8-6 16-3-6z",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.01",
} as const;

export type IconName = keyof typeof SHAPES;

/** A picture beside a word; by itself it says nothing. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon-${name}`} viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d={SHAPES[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
