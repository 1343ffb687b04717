import { createServer, type Server } from "node:http";
import { freePort } from "./stack.js";

/** A page of a customer's, as a site of its own serves it. */
export interface CustomerPage {
  readonly html: string;
  readonly policy?: string;
}

/** A customer's site. */
export class Site {
  readonly #server: Server;
  readonly #pages = new Map<string, CustomerPage>();
  readonly origin: string;

  private constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#server = createServer(({ url }, response) => {
      const page = this.#pages.get(url ?? "");
      response.writeHead(page ? 200 : 404, {
        "Content-Type": "text/html; charset=utf-8",
        ...(page?.policy !== undefined && { "Content-Security-Policy": page.policy }),
      });
      response.end(page?.html);
    }).listen(port, "127.0.0.1");
  }

  static async open(): Promise<Site> {
    return new Site(await freePort());
  }

  /** The address of a page. */
  serve(path: string, page: CustomerPage): string {
    this.#pages.set(path, page);
    return this.origin + path;
  }

  close(): void {
    this.#server.close();
  }
}
