// What is used of files that bring no types.

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** Shows an OpenAPI document. */
  export default function SwaggerUI(options: {
    readonly url: string;
    readonly dom_id: string;
    readonly deepLinking: boolean;
    readonly defaultModelsExpandDepth: number;
    readonly docExpansion: "full" | "list" | "none";
    readonly filter: boolean;
    readonly validatorUrl: null;
  }): unknown;
}

declare module "*.css";
