import ts from "typescript";

/** What the code is compiled with. */
export interface Surroundings {
  /** The folder in which it would be, with a slash: what it imports is looked for from there. */
  readonly folder: string;
  /** Files with types that it does not import. */
  readonly types?: readonly string[];
}

/** What was compiled last, of which the next one takes what is the same. */
let program: ts.Program | undefined;

/** What the compiler says of somebody's modules, as strict as it can be. */
export function complaints(codes: readonly string[], { folder, types = [] }: Surroundings): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noEmit: true,
    skipDefaultLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  };
  // What imports nothing is a module, too, and may wait for something.
  const modules = new Map<string, string>(
    codes.map((code, index) => [`${folder}${index}.tsx`, `${code}\nexport {};`]),
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, version) => {
    const code = modules.get(name);
    return code === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, code, version);
  };
  program = ts.createProgram([...types, ...modules.keys()], options, host, program);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
