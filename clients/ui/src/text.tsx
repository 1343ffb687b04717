import { parts } from "./links.js";

/** What a person wrote: as it is, with the addresses in it to click on. */
export function Text({ text }: { readonly text: string }) {
  return (
    <div dir="auto">
      {parts(text).map(({ text, href }) =>
        href === undefined ? (
          text
        ) : (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {text}
          </a>
        ),
      )}
    </div>
  );
}

interface FileLinkProps {
  /** What is said of it before its name. */
  readonly label: string;
  readonly url: string;
}

/** A file that a message leads to. */
export function FileLink({ label, url }: FileLinkProps) {
  const [link] = parts(url);
  return link?.href === undefined ? null : (
    <div>
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {label}: {new URL(link.href).pathname.split("/").at(-1) || link.href}
      </a>
    </div>
  );
}
